#include "evaluate/views.h"

#include "fer/image.h"
#include "kernels/values/elementwise.h"

namespace fer::evaluation {
namespace {

constexpr View kViews[] = {View::kWhole, View::kMirrored};

}  // namespace

std::span<const View> views_of(bool flip) { return std::span(kViews).first(flip ? 2 : 1); }

void show(View view, const Shape& shape, std::span<uint8_t> pictures) {
  switch (view) {
    case View::kWhole:
      return;
    case View::kMirrored:
      return mirror(pictures, shape[1], shape[2]);
  }
}

void add_answers(std::span<const float> answers, std::span<float> sum) { kernels::add(sum, answers, sum); }

void take_mean(size_t views, std::span<float> sum) {
  if (views > 1) kernels::scale_values(1.0f / static_cast<float>(views), sum);
}

}  // namespace fer::evaluation
