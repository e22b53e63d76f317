#!/bin/sh
# Two machines, one rank for every processor package: each rank's threads are the cores that mpirun gives it.
# hosts: "alpha slots=2" and "beta slots=2", a line each; fer-train and the data lie at the same place on both.
exec mpirun --hostfile hosts -n 4 --map-by ppr:1:package:PE=8 --bind-to core \
  fer-train /data/affectnet --network seed001_resnet34 --batch-size 64 --out /home/me/runs/affectnet
