#include "kernels/conv/conv.h"

#include "core/assert.h"
#include "kernels/conv/algorithms.h"

namespace fer::kernels {
namespace {

bool is_winograd(ConvAlgorithm algorithm) { return algorithm != ConvAlgorithm::kDirect; }

WinogradForm form_of(ConvAlgorithm algorithm) {
  if (algorithm == ConvAlgorithm::kWinograd4Of5) return {.m = 4};
  const bool bf16 = algorithm >= ConvAlgorithm::kWinograd2Bf16;
  const ConvAlgorithm first = bf16 ? ConvAlgorithm::kWinograd2Bf16 : ConvAlgorithm::kWinograd2;
  return {.m = 2 + static_cast<int>(algorithm) - static_cast<int>(first), .bf16 = bf16};
}

int64_t size_of(std::span<const float> values) { return static_cast<int64_t>(values.size()); }

Scratch as_scratch(std::span<float> scratch) { return {scratch.data(), size_of(scratch)}; }

}  // namespace

const char* conv_algorithm_name(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::kDirect:
      return "direct";
    case ConvAlgorithm::kWinograd2:
      return "winograd F(2x2,3x3)";
    case ConvAlgorithm::kWinograd3:
      return "winograd F(3x3,3x3)";
    case ConvAlgorithm::kWinograd4:
      return "winograd F(4x4,3x3)";
    case ConvAlgorithm::kWinograd5:
      return "winograd F(5x5,3x3)";
    case ConvAlgorithm::kWinograd6:
      return "winograd F(6x6,3x3)";
    case ConvAlgorithm::kWinograd4Of5:
      return "winograd F(4x4,5x5)";
    case ConvAlgorithm::kWinograd2Bf16:
      return "winograd F(2x2,3x3) bf16";
    case ConvAlgorithm::kWinograd3Bf16:
      return "winograd F(3x3,3x3) bf16";
    case ConvAlgorithm::kWinograd4Bf16:
      return "winograd F(4x4,3x3) bf16";
    case ConvAlgorithm::kWinograd5Bf16:
      return "winograd F(5x5,3x3) bf16";
  }
  return "?";
}

bool conv_supports(ConvAlgorithm algorithm, const ConvShape& s) {
  if (!is_winograd(algorithm)) return true;
  const int64_t r = algorithm == ConvAlgorithm::kWinograd4Of5 ? 5 : 3;
  return s.kh == r && s.kw == r && s.sh == 1 && s.sw == 1 && s.pad_top >= 0 && s.pad_top < r && s.pad_left >= 0 &&
         s.pad_left < r;
}

int64_t conv_prepared_floats(const ConvShape& s, ConvAlgorithm algorithm) {
  return is_winograd(algorithm) ? winograd_prepared_floats(form_of(algorithm), s) : direct_prepared_floats(s);
}

void conv_prepare_weights(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> w,
                          std::span<float> prepared) {
  FER_ASSERT(size_of(w) == s.w_floats() && size_of(prepared) >= conv_prepared_floats(s, algorithm));
  if (is_winograd(algorithm)) {
    winograd_prepare_weights(form_of(algorithm), s, w.data(), prepared.data());
  } else {
    direct_prepare_weights(s, w.data(), prepared.data());
  }
}

int64_t conv_forward_prepared_scratch_floats(const ConvShape& s, ConvAlgorithm algorithm) {
  return is_winograd(algorithm) ? winograd_prepared_scratch_floats(form_of(algorithm), s)
                                : direct_scratch_floats(s, ConvPass::kForward);
}

int64_t conv_scratch_floats(const ConvShape& s, ConvPass pass, ConvAlgorithm algorithm) {
  if (is_winograd(algorithm)) return winograd_scratch_floats(form_of(algorithm), s, pass);
  if (pass != ConvPass::kForward) return direct_scratch_floats(s, pass);
  return aligned_floats(direct_prepared_floats(s)) + direct_scratch_floats(s, pass);
}

void conv_forward_prepared(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x,
                           std::span<const float> prepared, const ConvEpilogue& epilogue, std::span<float> y,
                           std::span<float> scratch) {
  FER_ASSERT(conv_supports(algorithm, s) && size_of(x) == s.x_floats() && size_of(y) == s.y_floats());
  if (is_winograd(algorithm)) {
    winograd_forward_prepared(form_of(algorithm), s, x.data(), prepared.data(), epilogue, y.data(),
                              as_scratch(scratch));
  } else {
    direct_forward(s, x.data(), prepared.data(), epilogue, y.data(), as_scratch(scratch));
  }
}

void conv_forward(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x, std::span<const float> w,
                  const ConvEpilogue& epilogue, std::span<float> y, std::span<float> scratch) {
  if (is_winograd(algorithm)) {
    winograd_forward(form_of(algorithm), s, x.data(), w.data(), epilogue, y.data(), as_scratch(scratch));
    return;
  }
  const auto prepared = static_cast<size_t>(aligned_floats(conv_prepared_floats(s, algorithm)));
  conv_prepare_weights(s, algorithm, w, scratch.first(prepared));
  conv_forward_prepared(s, algorithm, x, scratch.first(prepared), epilogue, y, scratch.subspan(prepared));
}

void conv_backward_data(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> dy,
                        std::span<const float> w, std::span<float> dx, std::span<float> scratch) {
  FER_ASSERT(conv_supports(algorithm, s) && size_of(dy) == s.y_floats() && size_of(w) == s.w_floats() &&
             size_of(dx) == s.x_floats());
  if (is_winograd(algorithm)) {
    winograd_backward_data(form_of(algorithm), s, dy.data(), w.data(), dx.data(), as_scratch(scratch));
  } else {
    direct_backward_data(s, dy.data(), w.data(), dx.data(), as_scratch(scratch));
  }
}

void conv_backward_weights(const ConvShape& s, ConvAlgorithm algorithm, std::span<const float> x,
                           std::span<const float> dy, std::span<float> dw, std::span<float> scratch) {
  FER_ASSERT(conv_supports(algorithm, s) && size_of(x) == s.x_floats() && size_of(dy) == s.y_floats() &&
             size_of(dw) == s.w_floats());
  if (is_winograd(algorithm)) {
    winograd_backward_weights(form_of(algorithm), s, x.data(), dy.data(), dw.data(), as_scratch(scratch));
  } else {
    direct_backward_weights(s, x.data(), dy.data(), dw.data(), as_scratch(scratch));
  }
}

}  // namespace fer::kernels
