// Winograd's filtering as rows of the table of algorithms (kernels/conv/algorithms.h).
#include "kernels/conv/algorithms.h"
#include "kernels/conv/patches.h"
#include "kernels/conv/winograd/winograd.h"

namespace fer::kernels {
namespace {

winograd::Form form_of(const ConvMethod& method) { return {.m = method.tile, .bf16 = method.bf16}; }

// Tiles overlap by r - 1 cells, which the algorithm has for a stride and a dilation of 1 alone.
bool supports(const ConvMethod& method, const ConvShape& s) {
  const int64_t r = method.kernel;
  if (s.groups != 1 || is_dilated(s)) return false;
  return s.kh == r && s.kw == r && s.sh == 1 && s.sw == 1 && s.pad_top >= 0 && s.pad_top < r && s.pad_left >= 0 &&
         s.pad_left < r;
}

int64_t scratch_floats(const ConvMethod& method, const ConvShape& s, ConvPass pass) {
  switch (pass) {
    case ConvPass::kForward:
      return winograd::forward_scratch_floats(form_of(method), s);
    case ConvPass::kBackwardData:
      return winograd::backward_data_scratch_floats(form_of(method), s);
    case ConvPass::kBackwardWeights:
      return winograd::backward_weights_scratch_floats(form_of(method), s);
  }
  return 0;
}

void forward_prepared(const ConvMethod& method, const ConvShape& s, const float* x, const float* prepared,
                      const ConvEpilogue& epilogue, float* y, Scratch scratch) {
  winograd::forward_prepared(form_of(method), s, x, prepared, epilogue, y, scratch);
}

void forward(const ConvMethod& method, const ConvShape& s, const float* x, const float* w, const ConvEpilogue& epilogue,
             float* y, Scratch scratch) {
  winograd::forward(form_of(method), s, x, w, epilogue, y, scratch);
}

void backward_data(const ConvMethod& method, const ConvShape& s, const float* dy, const float* w, float* dx,
                   Scratch scratch) {
  winograd::backward_data(form_of(method), s, dy, w, dx, scratch);
}

void backward_weights(const ConvMethod& method, const ConvShape& s, const float* x, const float* dy, float* dw,
                      Scratch scratch) {
  winograd::backward_weights(form_of(method), s, x, dy, dw, scratch);
}

}  // namespace

constinit const ConvFamily kWinogradFamily = {
    .supports = supports,
    .cost = winograd_cost,
    .prepared_floats = [](const ConvMethod& m, const ConvShape& s) { return winograd::prepared_floats(form_of(m), s); },
    .prepare = [](const ConvMethod& m, const ConvShape& s, const float* w,
                  float* prepared) { winograd::prepare_weights(form_of(m), s, w, prepared); },
    .prepared_scratch_floats = [](const ConvMethod& m,
                                  const ConvShape& s) { return winograd::prepared_scratch_floats(form_of(m), s); },
    .forward_prepared = forward_prepared,
    .scratch_floats = scratch_floats,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights};

}  // namespace fer::kernels
