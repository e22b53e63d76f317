// One convolution of bytes, held to the reference convolution of the numbers that they stand for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/int8/int8.h"
#include "kernels/reference/conv.h"
#include "tests/kernels/on_targets.h"
#include "tests/kernels/shapes.h"

namespace fer::testing {

using kernels::byte_cell;
using kernels::ConvShape;

// Bytes of c channels a cell; what fills a cell up is arbitrary, as it may not matter.
inline std::vector<uint8_t> random_bytes(Draw& draw, int64_t cells, int64_t c) {
  std::vector<uint8_t> out(static_cast<size_t>(cells * byte_cell(c)));
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(draw.integer(0, 255));
  return out;
}

struct Int8Case {
  ConvShape s;
  int64_t planned_n;
  std::vector<uint8_t> x;
  std::vector<int8_t> q, prepared;
  std::vector<int32_t> start;
  std::vector<float> multiplier, bias, scale, shift;
  kernels::Int8Conv conv;
  kernels::Int8Range range;
  std::vector<double> sums, values;  // before and after the epilogue

  Int8Case(const ConvShape& shape, Draw& draw) : s(shape), planned_n(shape.n + draw.integer(0, 9)) {
    conv.x_zero = static_cast<uint8_t>(draw.integer(0, 2) == 0 ? 0 : draw.integer(0, 255));
    x = random_bytes(draw, s.n * s.h * s.w, s.ci);
    q.resize(static_cast<size_t>(s.w_floats()));
    for (int8_t& byte : q) byte = static_cast<int8_t>(draw.integer(-127, 127));
    prepared.resize(static_cast<size_t>(kernels::int8_prepared_bytes(s)));
    kernels::int8_prepare_kernel(s, q, prepared);
    start.assign(static_cast<size_t>((s.co + 15) / 16 * 16), 0);
    for (size_t i = 0; i < q.size(); ++i) start[i % static_cast<size_t>(s.co)] -= conv.x_zero * q[i];
    multiplier = draw.values(s.co, 1e-4, 1e-3);
    bias = draw.values(s.co);
    scale = draw.values(s.co);
    shift = draw.values(s.co);
    conv.prepared = prepared.data();
    conv.start = start.data();
    const bool after = draw.integer(0, 1) == 1;
    conv.epilogue = {.multiplier = multiplier.data(),
                     .bias = draw.integer(0, 1) == 1 ? bias.data() : nullptr,
                     .relu = draw.integer(0, 1) == 1,
                     .relu_cap = random_cap(draw),
                     .after_scale = after ? scale.data() : nullptr,
                     .after_shift = after ? shift.data() : nullptr};
    range = kernels::int8_range(static_cast<float>(draw.uniform(-3, 0.5)), static_cast<float>(draw.uniform(-0.5, 3)));
    find_truth();
  }

 private:
  void find_truth() {
    std::vector<double> numbers, weights(q.begin(), q.end());
    for (size_t i = 0; i < x.size(); ++i) {
      if (static_cast<int64_t>(i) % byte_cell(s.ci) < s.ci) numbers.push_back(x[i] - conv.x_zero);
    }
    sums = kernels::reference::conv_forward(s, numbers, weights, {});
    values = sums;
    for (size_t i = 0; i < values.size(); ++i) {
      const size_t c = i % static_cast<size_t>(s.co);
      const auto& e = conv.epilogue;
      values[i] *= e.multiplier[c];
      if (e.bias != nullptr) values[i] += e.bias[c];
      if (e.relu) values[i] = std::clamp(values[i], 0.0, static_cast<double>(e.relu_cap));
      if (e.after_scale != nullptr) values[i] = values[i] * e.after_scale[c] + e.after_shift[c];
    }
  }
};

struct Int8Scratch {
  explicit Int8Scratch(int64_t bytes) : memory(bytes / 4), bytes(bytes) {}
  std::span<uint8_t> span() { return {reinterpret_cast<uint8_t*>(memory.span().data()), static_cast<size_t>(bytes)}; }
  ScratchMemory memory;
  int64_t bytes;
};

inline Results run_int8(const Int8Case& c) {
  ConvShape planned = c.s;
  planned.n = c.planned_n;
  Int8Scratch scratch(kernels::int8_conv_scratch_bytes(planned));
  Results out = {unwritten(c.s.y_floats()), {}, unwritten(c.s.y_floats())};
  kernels::int8_conv_forward(c.s, c.conv, c.x.data(), out[0].data(), scratch.span());
  std::vector<uint8_t> bytes(static_cast<size_t>(c.s.n * c.s.oh * c.s.ow * byte_cell(c.s.co)), 77);
  kernels::int8_conv_forward(c.s, c.conv, c.x.data(), c.range, bytes.data(), scratch.span());
  out[1].assign(bytes.begin(), bytes.end());
  // Sums alone, which are exact.
  kernels::Int8Conv bare = c.conv;
  const std::vector<float> ones(static_cast<size_t>(c.s.co), 1.0f);
  bare.epilogue = {.multiplier = ones.data()};
  kernels::int8_conv_forward(c.s, bare, c.x.data(), out[2].data(), scratch.span());
  return out;
}

inline void check_int8_bytes(const Int8Case& c, const std::vector<float>& bytes, const std::string& what) {
  const int64_t cell = byte_cell(c.s.co);
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto row = static_cast<int64_t>(i) / cell, channel = static_cast<int64_t>(i) % cell;
    if (channel >= c.s.co) {
      ASSERT_EQ(bytes[i], 0) << what << ": fills up a cell";
      continue;
    }
    const double exact = c.values[static_cast<size_t>(row * c.s.co + channel)] / c.range.scale + c.range.zero;
    ASSERT_NEAR(bytes[i], std::clamp(exact, 0.0, 255.0), 0.51) << what << ", byte " << i << "; " << seed_note();
  }
}

inline void check_int8_conv(const Int8Case& c) {
  const std::string what = "bytes, " + to_string(c.s);
  on_every_target(
      what, c.s.macs(), [&] { return run_int8(c); },
      [&](const Results& r) {
        for (size_t i = 0; i < c.sums.size(); ++i) {
          ASSERT_EQ(r[2][i], static_cast<float>(c.sums[i])) << what << ", sum " << i << "; " << seed_note();
          ASSERT_NEAR(r[0][i], c.values[i], 1e-5 * (std::abs(c.sums[i]) * 1e-3 + 3)) << what << "; " << seed_note();
        }
        check_int8_bytes(c, r[1], what);
      });
}

}  // namespace fer::testing
