#include "kernels/conv/winograd/transforms.h"

#include <algorithm>

#include "kernels/gemm/bf16.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/winograd/transforms.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/conv/winograd/transform_tile-inl.h"
#include "kernels/gemm/bf16-inl.h"
#include "kernels/simd/masked_load-inl.h"
#include "kernels/simd/relu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

constexpr int64_t kPanel = (HWY_MAX_BYTES == 64 ? 4 : 2) * kLanes;  // as in gemm/gemm.cc

// The first cell of a tile in the image it belongs to.
struct TileOrigin {
  int64_t image, row, column;
};

TileOrigin origin_of(const WinogradTiling& g, int64_t tile) {
  const int64_t per_image = g.tiles_down * g.tiles_across;
  const int64_t in_image = tile % per_image;
  return {tile / per_image, in_image / g.tiles_across * g.m, in_image % g.tiles_across * g.m};
}

// Addresses of a kSide x kSide patch of an image; null where a cell lies outside.
template <int kSide>
void patch_cells(const WinogradImages& x, const TileOrigin& origin, int64_t pad_top, int64_t pad_left,
                 const float** cells) {
  const float* image = x.data + origin.image * x.h * x.w * x.c;
  for (int i = 0; i < kSide; ++i) {
    const int64_t row = origin.row - pad_top + i;
    for (int j = 0; j < kSide; ++j) {
      const int64_t column = origin.column - pad_left + j;
      const bool inside = row >= 0 && row < x.h && column >= 0 && column < x.w;
      cells[i * kSide + j] = inside ? image + (row * x.w + column) * x.c : nullptr;
    }
  }
}

constexpr int kMostPoints = 8 * 8;  // of F(6,3) and F(4,5)

// All points of one vector of channels of a row, or of two rows that share one of memory, on their way to bf16.
struct Unrounded {
  HWY_ALIGN float rows[2][kMostPoints * kLanes];
};

// Rounds what `from` holds to bf16 and stores it: neighbouring channels side by side, or the two rows in pairs.
template <class Bf16>
void store_rounded(const Unrounded& from, WinogradValues values, int points, float* row, int64_t point_stride,
                   int64_t c) {
  for (int p = 0; p < points; ++p, row += point_stride) {
    const V first = hn::Load(D(), from.rows[0] + p * kLanes);
    if (values == WinogradValues::kChannelPairs) {
      Bf16::store_halves(first, reinterpret_cast<uint16_t*>(row) + c);
    } else {
      hn::StoreU(Bf16::pairs(first, hn::Load(D(), from.rows[1] + p * kLanes)), D(), row + c);
    }
  }
}

// Calls transform(i, to, stride) for the i-th of `count` (1 or 2) rows that share one of memory; it is to store point p
// of channels [c, c + kLanes) as floats at to + p * stride.
template <class Transform>
HWY_INLINE void transform_rows(WinogradValues values, int count, int points, float* row, int64_t point_stride,
                               int64_t c, const Transform& transform) {
  if (values == WinogradValues::kFloats) return transform(0, row + c, point_stride);
  Unrounded unrounded;
  for (int i = 0; i < count; ++i) transform(i, unrounded.rows[i], kLanes);
  if (count == 1) std::fill_n(unrounded.rows[1], points * kLanes, 0.0f);
  with_bf16([&]<class Bf16>(Bf16) { store_rounded<Bf16>(unrounded, values, points, row, point_stride, c); });
}

int rows_at_once(WinogradValues values) { return values == WinogradValues::kRowPairs ? 2 : 1; }

// A tile's patch of the image. Most patches lie inside it: they are told apart once, so that the loop over channels
// needs neither masks nor tests.
template <int kSide>
struct Patch {
  const float* cells[kSide * kSide];
  bool whole;

  Patch() = default;
  Patch(const WinogradImages& x, const TileOrigin& origin, int64_t pad_top, int64_t pad_left) {
    patch_cells<kSide>(x, origin, pad_top, pad_left, cells);
    whole = std::find(cells, cells + kSide * kSide, nullptr) == cells + kSide * kSide;
  }
};

// Transforms kSide x kSide patches into kAlpha x kAlpha points, a vector of channels at a time: all loads and stores
// are of neighbouring channels, and the arithmetic between them is kStep's. A cell outside the image counts as zero, as
// do channels that do not exist.
template <int kSide, int kAlpha, void (*kStep)(const V*, V*)>
void transform_patches(const WinogradTiling& g, const WinogradImages& x, int64_t pad_top, int64_t pad_left,
                       int64_t begin, int64_t end, const WinogradArray& v) {
  const int at_once = rows_at_once(v.values);
  // Of a pair of channels the second may not exist: then it is zero.
  const int64_t channels = v.values == WinogradValues::kChannelPairs ? (x.c + 1) / 2 * 2 : x.c;
  Patch<kSide> patches[2];
  float* row = v.data;
  for (int64_t tile = begin; tile < end; tile += at_once, row += v.row_stride) {
    const int count = static_cast<int>(std::min<int64_t>(at_once, end - tile));
    for (int i = 0; i < count; ++i) patches[i] = Patch<kSide>(x, origin_of(g, tile + i), pad_top, pad_left);
    for (int64_t c = 0; c < channels; c += kLanes) {
      const auto mask = hn::FirstN(D(), static_cast<size_t>(std::clamp<int64_t>(x.c - c, 0, kLanes)));
      transform_rows(v.values, count, kAlpha * kAlpha, row, v.point_stride, c, [&](int i, float* to, int64_t stride) {
        const float* const* cells = patches[i].cells;
        const auto store = [&](int p, V value) { hn::StoreU(value, D(), to + p * stride); };
        if (patches[i].whole && c + kLanes <= x.c) {
          transform_2d<kSide, kAlpha, kStep>([&](int cell) { return hn::LoadU(D(), cells[cell] + c); }, store);
        } else {
          transform_2d<kSide, kAlpha, kStep>(
              [&](int cell) {
                return cells[cell] == nullptr ? hn::Zero(D()) : masked_load(mask, D(), cells[cell] + c);
              },
              store);
        }
      });
    }
  }
}

template <int M, int R>
void input_of(const WinogradTiling& g, const WinogradImages& x, int64_t pad_top, int64_t pad_left, int64_t begin,
              int64_t end, const WinogradArray& v) {
  transform_patches<M + R - 1, M + R - 1, Winograd<M, R>::input>(g, x, pad_top, pad_left, begin, end, v);
}

template <int M, int R>
void gradient_of(const WinogradTiling& g, const WinogradImages& dy, int64_t, int64_t, int64_t begin, int64_t end,
                 const WinogradArray& v) {
  transform_patches<M, M + R - 1, Winograd<M, R>::gradient>(g, dy, 0, 0, begin, end, v);
}

HWY_INLINE V finished(const ConvEpilogue& e, V v, int64_t channel, hn::Mask<D> mask) {
  if (e.bias != nullptr) v = hn::Add(v, masked_load(mask, D(), e.bias + channel));
  if (e.relu) v = capped_relu(v, hn::Set(D(), e.relu_cap));
  if (e.scale != nullptr)
    v = hn::MulAdd(v, masked_load(mask, D(), e.scale + channel), masked_load(mask, D(), e.shift + channel));
  return v;
}

// The inverse transform of a tile, the epilogue, and the store of those of its cells that lie inside the image. The
// M x M cells wait in an array, since a border tile stores only some of them.
template <int M, int R>
void output_of(const WinogradTiling& g, const WinogradArray& products, int64_t begin, int64_t end, int64_t channel,
               int64_t channels, const ConvEpilogue& epilogue, float* y, int64_t y_channels) {
  constexpr int kAlpha = M + R - 1;
  V cells[M * M];
  for (int64_t tile = begin; tile < end; ++tile) {
    const TileOrigin o = origin_of(g, tile);
    const float* row = products.data + (tile - begin) * products.row_stride;
    const int64_t rows = std::min<int64_t>(M, g.rows - o.row), columns = std::min<int64_t>(M, g.columns - o.column);
    float* out = y + ((o.image * g.rows + o.row) * g.columns + o.column) * y_channels + channel;
    for (int64_t c = 0; c < channels; c += kLanes) {
      transform_2d<kAlpha, M, Winograd<M, R>::output>(
          [&](int p) { return hn::LoadU(D(), row + p * products.point_stride + c); },
          [&](int i, V value) { cells[i] = value; });
      const auto mask = hn::FirstN(D(), static_cast<size_t>(std::min(kLanes, channels - c)));
      const bool all_lanes = c + kLanes <= channels;
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
          const V value = finished(epilogue, cells[i * M + j], channel + c, mask);
          float* to = out + (i * g.columns + j) * y_channels + c;
          if (all_lanes) {
            hn::StoreU(value, D(), to);
          } else {
            hn::BlendedStore(value, mask, D(), to);
          }
        }
      }
    }
  }
}

// Transformed kernels go where gemm_packed reads them: panel by panel of output channels, in it row by row of input
// channels, each point into a matrix of its own.
template <int M, int R>
void filters_of(WinogradValues values, int64_t k, int64_t n, const float* w, int64_t begin, int64_t end, int64_t first,
                int64_t all_columns, float* packed, int64_t point_stride) {
  constexpr int kAlpha = M + R - 1;
  const int64_t at_once = rows_at_once(values), packed_rows = (k + at_once - 1) / at_once;
  for (int64_t panel = 0; panel < all_columns; panel += kPanel) {
    const int64_t columns = std::min(kPanel, all_columns - panel);
    const int64_t width = (columns + kLanes - 1) / kLanes * kLanes;
    for (int64_t row = begin; row < end; row += at_once) {
      const int count = static_cast<int>(std::min(at_once, end - row));
      for (int64_t c = 0; c < columns; c += kLanes) {
        const auto mask = hn::FirstN(D(), static_cast<size_t>(std::min(kLanes, columns - c)));
        transform_rows(
            values, count, kAlpha * kAlpha, packed + panel * packed_rows + row / at_once * width, point_stride, c,
            [&](int i, float* to, int64_t stride) {
              transform_2d<R, kAlpha, Winograd<M, R>::filter>(
                  [&](int tap) { return masked_load(mask, D(), w + (tap * k + row + i) * n + first + panel + c); },
                  [&](int p, V value) { hn::StoreU(value, D(), to + p * stride); });
            });
      }
    }
  }
}

// Back from the transformed domain to taps, for rows of input channels.
template <int M, int R>
void weights_of(int64_t k, int64_t n, const WinogradArray& du, int64_t begin, int64_t end, float* dw) {
  constexpr int kAlpha = M + R - 1;
  for (int64_t i = begin; i < end; ++i) {
    for (int64_t c = 0; c < n; c += kLanes) {
      const auto mask = hn::FirstN(D(), static_cast<size_t>(std::min(kLanes, n - c)));
      transform_2d<kAlpha, R, Winograd<M, R>::weights>(
          [&](int p) {
            return masked_load(mask, D(), du.data + p * du.point_stride + (i - begin) * du.row_stride + c);
          },
          [&](int tap, V value) { hn::BlendedStore(value, mask, D(), dw + (tap * k + i) * n + c); });
    }
  }
}

// A transform for tiles of m x m and kernels of r x r.
// NOLINTBEGIN(bugprone-macro-parentheses): the name of a template takes no parentheses.
#define FER_BY_TILE(function, m, r) \
  ((r) == 5   ? function<4, 5>      \
   : (m) == 2 ? function<2, 3>      \
   : (m) == 3 ? function<3, 3>      \
   : (m) == 4 ? function<4, 3>      \
   : (m) == 5 ? function<5, 3>      \
              : function<6, 3>)
// NOLINTEND(bugprone-macro-parentheses)

void Input(const WinogradTiling& g, const WinogradImages& x, int64_t pad_top, int64_t pad_left, int64_t begin,
           int64_t end, const WinogradArray& v) {
  FER_BY_TILE(input_of, g.m, g.r)(g, x, pad_top, pad_left, begin, end, v);
}
void Gradient(const WinogradTiling& g, const WinogradImages& dy, int64_t begin, int64_t end, const WinogradArray& v) {
  FER_BY_TILE(gradient_of, g.m, g.r)(g, dy, 0, 0, begin, end, v);
}
void Output(const WinogradTiling& g, const WinogradArray& products, int64_t begin, int64_t end, int64_t channel,
            int64_t channels, const ConvEpilogue& epilogue, float* y, int64_t y_channels) {
  FER_BY_TILE(output_of, g.m, g.r)(g, products, begin, end, channel, channels, epilogue, y, y_channels);
}
void Filters(int m, int r, WinogradValues values, int64_t k, int64_t n, const float* w, int64_t begin, int64_t end,
             int64_t first, int64_t columns, float* packed, int64_t point_stride) {
  FER_BY_TILE(filters_of, m, r)(values, k, n, w, begin, end, first, columns, packed, point_stride);
}
void FilterGradients(int m, int r, int64_t k, int64_t n, const WinogradArray& du, int64_t begin, int64_t end,
                     float* dw) {
  FER_BY_TILE(weights_of, m, r)(k, n, du, begin, end, dw);
}
#undef FER_BY_TILE

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(Input);
HWY_EXPORT(Gradient);
HWY_EXPORT(Output);
HWY_EXPORT(Filters);
HWY_EXPORT(FilterGradients);

WinogradTiling::WinogradTiling(int m, int64_t r, int64_t images, int64_t rows, int64_t columns)
    : m(m),
      r(static_cast<int>(r)),
      rows(rows),
      columns(columns),
      tiles_down((rows + m - 1) / m),
      tiles_across((columns + m - 1) / m) {
  tiles = images * tiles_down * tiles_across;
}

void winograd_input(const WinogradTiling& tiling, const WinogradImages& x, int64_t pad_top, int64_t pad_left,
                    int64_t begin, int64_t end, const WinogradArray& v) {
  HWY_DYNAMIC_DISPATCH(Input)(tiling, x, pad_top, pad_left, begin, end, v);
}

void winograd_gradient(const WinogradTiling& tiling, const WinogradImages& dy, int64_t begin, int64_t end,
                       const WinogradArray& v) {
  HWY_DYNAMIC_DISPATCH(Gradient)(tiling, dy, begin, end, v);
}

void winograd_output(const WinogradTiling& tiling, const WinogradArray& products, int64_t begin, int64_t end,
                     int64_t channel, int64_t channels, const ConvEpilogue& epilogue, float* y, int64_t y_channels) {
  HWY_DYNAMIC_DISPATCH(Output)(tiling, products, begin, end, channel, channels, epilogue, y, y_channels);
}

void winograd_filters(int m, int r, WinogradValues values, int64_t k, int64_t n, const float* w, int64_t begin,
                      int64_t end, int64_t first, int64_t columns, float* packed, int64_t point_stride) {
  HWY_DYNAMIC_DISPATCH(Filters)(m, r, values, k, n, w, begin, end, first, columns, packed, point_stride);
}

void winograd_weights(int m, int r, int64_t k, int64_t n, const WinogradArray& du, int64_t begin, int64_t end,
                      float* dw) {
  HWY_DYNAMIC_DISPATCH(FilterGradients)(m, r, k, n, du, begin, end, dw);
}

}  // namespace fer::kernels
#endif
