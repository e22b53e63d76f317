// What a convolution algorithm is: a row of a table. A new one is a row in algorithms.cc, a name in conv.h's
// enumeration, and, where it is of a new family, that family's functions. Private to conv/.
#pragma once

#include <cstdint>

#include "kernels/conv/conv.h"
#include "kernels/scratch.h"

namespace fer::kernels {

struct ConvFamily;

struct ConvMethod {
  ConvAlgorithm algorithm;
  const char* name;
  const ConvFamily* family;
  int tile = 0, kernel = 0;  // sides of Winograd's output tile and of the kernels it filters; 0: any kernel
  bool bf16 = false;         // what is multiplied is rounded to bf16
  double worth = 1;          // it is chosen where it costs less than this share of the best before it in the table
};

// The functions of algorithms that differ in their row alone. Arguments as in conv.h; `prepared` are weights laid out
// by prepare.
struct ConvFamily {
  bool (*supports)(const ConvMethod& method, const ConvShape& s);
  // In multiply-adds. `prepared`: of a forward pass whose weights are only read.
  double (*cost)(const ConvMethod& method, const ConvShape& s, ConvPass pass, bool prepared);

  int64_t (*prepared_floats)(const ConvMethod& method, const ConvShape& s);
  void (*prepare)(const ConvMethod& method, const ConvShape& s, const float* w, float* prepared);
  int64_t (*prepared_scratch_floats)(const ConvMethod& method, const ConvShape& s);
  void (*forward_prepared)(const ConvMethod& method, const ConvShape& s, const float* x, const float* prepared,
                           const ConvEpilogue& epilogue, float* y, Scratch scratch);

  int64_t (*scratch_floats)(const ConvMethod& method, const ConvShape& s, ConvPass pass);
  void (*forward)(const ConvMethod& method, const ConvShape& s, const float* x, const float* w,
                  const ConvEpilogue& epilogue, float* y, Scratch scratch);
  void (*backward_data)(const ConvMethod& method, const ConvShape& s, const float* dy, const float* w, float* dx,
                        Scratch scratch);
  void (*backward_weights)(const ConvMethod& method, const ConvShape& s, const float* x, const float* dy, float* dw,
                           Scratch scratch);
};
extern const ConvFamily kDirectFamily;    // direct.cc
extern const ConvFamily kGroupedFamily;   // grouped.cc
extern const ConvFamily kWinogradFamily;  // winograd/family.cc

const ConvMethod& conv_method(ConvAlgorithm algorithm);

// A family's forward pass where it is: lay the kernel out in the scratch's beginning, then forward_prepared.
void prepare_and_forward(const ConvMethod& method, const ConvShape& s, const float* x, const float* w,
                         const ConvEpilogue& epilogue, float* y, Scratch scratch);

// Costs of the families; the grouped one has the direct one's. (choice.cc: all figures of the cost model stand
// together.)
double direct_cost(const ConvMethod& method, const ConvShape& s, ConvPass pass, bool prepared);
double winograd_cost(const ConvMethod& method, const ConvShape& s, ConvPass pass, bool prepared);

}  // namespace fer::kernels
