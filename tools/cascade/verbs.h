// The verbs of fer-cascade, each a program of its own.
#pragma once

#include "tools/cli/cli.h"

namespace fer::cli {

Program cascade_samples_program();
Program cascade_train_program();
Program cascade_detect_program();
Program cascade_evaluate_program();

}  // namespace fer::cli
