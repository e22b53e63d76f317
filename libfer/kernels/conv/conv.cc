#include "kernels/conv/conv.h"

#include "core/assert.h"
#include "kernels/conv/algorithms.h"

namespace fer::kernels {
namespace {

int64_t size_of(std::span<const float> values) { return static_cast<int64_t>(values.size()); }

Scratch as_scratch(std::span<float> scratch) { return {scratch.data(), size_of(scratch)}; }

}  // namespace

bool conv_supports(ConvAlgorithm algorithm, const ConvShape& s) {
  const ConvMethod& method = conv_method(algorithm);
  return method.family->supports(method, s);
}

int64_t conv_prepared_floats(const ConvShape& s, ConvAlgorithm algorithm) {
  const ConvMethod& method = conv_method(algorithm);
  return method.family->prepared_floats(method, s);
}

void conv_prepare_weights(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> w,
                          std::span<float> prepared) {
  FER_ASSERT(size_of(w) == s.w_floats() && size_of(prepared) >= conv_prepared_floats(s, algorithm));
  const ConvMethod& method = conv_method(algorithm);
  method.family->prepare(method, s, w.data(), prepared.data());
}

int64_t conv_forward_prepared_scratch_floats(const ConvShape& s, ConvAlgorithm algorithm) {
  const ConvMethod& method = conv_method(algorithm);
  return method.family->prepared_scratch_floats(method, s);
}

void conv_forward_prepared(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x,
                           std::span<const float> prepared, const ConvEpilogue& epilogue, std::span<float> y,
                           std::span<float> scratch) {
  FER_ASSERT(conv_supports(algorithm, s) && size_of(x) == s.x_floats() && size_of(y) == s.y_floats());
  const ConvMethod& method = conv_method(algorithm);
  method.family->forward_prepared(method, s, x.data(), prepared.data(), epilogue, y.data(), as_scratch(scratch));
}

int64_t conv_scratch_floats(const ConvShape& s, ConvPass pass, ConvAlgorithm algorithm) {
  const ConvMethod& method = conv_method(algorithm);
  return method.family->scratch_floats(method, s, pass);
}

void conv_forward(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x, std::span<const float> w,
                  const ConvEpilogue& epilogue, std::span<float> y, std::span<float> scratch) {
  FER_ASSERT(conv_supports(algorithm, s) && size_of(x) == s.x_floats() && size_of(w) == s.w_floats() &&
             size_of(y) == s.y_floats());
  const ConvMethod& method = conv_method(algorithm);
  method.family->forward(method, s, x.data(), w.data(), epilogue, y.data(), as_scratch(scratch));
}

void conv_backward_data(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> dy,
                        std::span<const float> w, std::span<float> dx, std::span<float> scratch) {
  FER_ASSERT(conv_supports(algorithm, s) && size_of(dy) == s.y_floats() && size_of(w) == s.w_floats() &&
             size_of(dx) == s.x_floats());
  const ConvMethod& method = conv_method(algorithm);
  method.family->backward_data(method, s, dy.data(), w.data(), dx.data(), as_scratch(scratch));
}

void conv_backward_weights(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x,
                           std::span<const float> dy, std::span<float> dw, std::span<float> scratch) {
  FER_ASSERT(conv_supports(algorithm, s) && size_of(x) == s.x_floats() && size_of(dy) == s.y_floats() &&
             size_of(dw) == s.w_floats());
  const ConvMethod& method = conv_method(algorithm);
  method.family->backward_weights(method, s, x.data(), dy.data(), dw.data(), as_scratch(scratch));
}

}  // namespace fer::kernels
