#include "onnx/read/constant_math.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "fer/error.h"

namespace fer::onnx_file {
namespace {

// Nothing yet, but with room for so many values.
std::string room_for(const Dims& dims, size_t width) {
  const int64_t count = byte_count(dims, width);
  if (count < 0 || count > kMaxComputedBytes || dims.size() > kMaxRank) {
    throw Error(fmt::format("expected a constant of at most {} axes and {} bytes, found shape {}", kMaxRank,
                            kMaxComputedBytes, shown_dims(dims)));
  }
  std::string bytes;
  bytes.reserve(static_cast<size_t>(count));
  return bytes;
}

// A constant of the type of `like`.
Constant made(Dims dims, const Constant& like, std::string bytes) {
  const auto owned = std::make_shared<const std::string>(std::move(bytes));
  return {.dims = std::move(dims), .real = like.real, .bytes = *owned, .width = like.width, .owned = owned};
}

template <class T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// A constant without values, of the type that is computed in.
Constant wide(bool real) {
  return {.dims = {0}, .real = real, .bytes = {}, .width = real ? sizeof(float) : sizeof(int64_t)};
}

// How far apart neighbours of an axis lie.
Dims strides_of(const Dims& dims) {
  Dims strides(dims.size(), 1);
  for (size_t axis = dims.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * dims[axis];
  return strides;
}

// Goes through all elements of a shape, the last axis fastest, and says where in other data each one lies.
class Walk {
 public:
  Walk(const Dims& dims, Dims strides) : dims_(dims), strides_(std::move(strides)), at_(dims.size(), 0) {}
  int64_t place() const { return place_; }
  void next() {
    for (size_t axis = dims_.size(); axis-- > 0;) {
      place_ += strides_[axis];
      if (++at_[axis] < dims_[axis]) return;
      place_ -= dims_[axis] * strides_[axis];
      at_[axis] = 0;
    }
  }

 private:
  const Dims& dims_;
  const Dims strides_;
  Dims at_;
  int64_t place_ = 0;
};

Dims broadcast(const Dims& a, const Dims& b) {
  Dims dims(std::max(a.size(), b.size()), 1);
  for (const Dims* from : {&a, &b}) {
    for (size_t i = 0; i < from->size(); ++i) {
      const int64_t extent = (*from)[from->size() - 1 - i];
      int64_t& to = dims[dims.size() - 1 - i];
      if (to != 1 && extent != 1 && to != extent) {
        throw Error(fmt::format("expected shapes that fit, found {} and {}", shown_dims(a), shown_dims(b)));
      }
      if (to == 1) to = extent;
    }
  }
  return dims;
}

// A walk over a constant whose axes of extent 1 are repeated to `dims`.
Walk walk_over(const Dims& dims, const Constant& constant) {
  const Dims own = strides_of(constant.dims);
  Dims strides(dims.size(), 0);
  for (size_t i = 0; i < own.size(); ++i) {
    if (constant.dims[i] != 1) strides[dims.size() - own.size() + i] = own[i];
  }
  return {dims, strides};
}

float result(Operation operation, float a, float b) {
  switch (operation) {
    case Operation::kAdd:
      return a + b;
    case Operation::kSub:
      return a - b;
    case Operation::kMul:
      return a * b;
    case Operation::kDiv:
      return a / b;
  }
  return 0;
}

int64_t result(Operation operation, int64_t a, int64_t b) {
  if (a == kAnyBatch || b == kAnyBatch) {
    throw Error(fmt::format("expected numbers without the batch, which may be of any size, found {} and {}",
                            shown_dims({a}), shown_dims({b})));
  }
  int64_t c = 0;
  const bool fits = operation == Operation::kAdd   ? !__builtin_add_overflow(a, b, &c)
                    : operation == Operation::kSub ? !__builtin_sub_overflow(a, b, &c)
                    : operation == Operation::kMul ? !__builtin_mul_overflow(a, b, &c)
                                                   : b != 0 && !(a == INT64_MIN && b == -1);
  if (!fits) throw Error(fmt::format("expected whole numbers of 64 bits, found more of {} and {}", a, b));
  return operation == Operation::kDiv ? a / b : c;
}

}  // namespace

Constant whole_numbers(const Dims& values) {
  std::string bytes;
  for (const int64_t value : values) append(bytes, value);
  return made({static_cast<int64_t>(values.size())}, wide(false), std::move(bytes));
}

Constant with_dims(const Constant& constant, Dims dims) {
  if (byte_count(dims, constant.width) != static_cast<int64_t>(constant.bytes.size()) || dims.size() > kMaxRank) {
    throw Error(fmt::format("expected a shape of {} values, found {}", constant.size(), shown_dims(dims)));
  }
  Constant same = constant;
  same.dims = std::move(dims);
  return same;
}

Constant filled(const Dims& dims, const Constant& value) {
  std::string bytes = room_for(dims, value.width);
  for (int64_t i = byte_count(dims, 1); i > 0; --i) bytes.append(value.element(0));
  return made(dims, value, std::move(bytes));
}

Constant transposed(const Constant& constant, const Dims& perm) {
  const size_t rank = constant.dims.size();
  Dims sorted = perm, each(rank), dims, strides;
  std::sort(sorted.begin(), sorted.end());
  std::iota(each.begin(), each.end(), 0);
  if (sorted != each) {
    throw Error(fmt::format("perm: expected each of {} axes once, found [{}]", rank, fmt::join(perm, ", ")));
  }
  const Dims from_strides = strides_of(constant.dims);
  for (const int64_t axis : perm) {
    dims.push_back(constant.dims[static_cast<size_t>(axis)]);
    strides.push_back(from_strides[static_cast<size_t>(axis)]);
  }
  std::string bytes = room_for(dims, constant.width);
  Walk from(dims, strides);
  for (int64_t i = 0; i < constant.size(); ++i, from.next()) bytes.append(constant.element(from.place()));
  return made(dims, constant, std::move(bytes));
}

Constant rows(const Constant& constant, const Dims& indices) {
  Dims dims = constant.dims;
  if (dims.empty()) throw Error("expected a constant with axes, found one number");
  const size_t row = constant.bytes.size() / static_cast<size_t>(std::max<int64_t>(dims[0], 1));
  for (const int64_t index : indices) {
    if (index < 0 || index >= dims[0]) throw Error(fmt::format("expected an index below {}, found {}", dims[0], index));
  }
  dims[0] = static_cast<int64_t>(indices.size());
  std::string bytes = room_for(dims, constant.width);
  for (const int64_t index : indices) bytes.append(constant.bytes.substr(static_cast<size_t>(index) * row, row));
  return made(dims, constant, std::move(bytes));
}

Constant joined(const std::vector<Constant>& parts) {
  Dims dims = parts.at(0).dims;
  if (dims.empty()) throw Error("expected constants with axes, found one number");
  dims[0] = 0;
  for (const Constant& part : parts) {
    const bool fits = part.real == parts[0].real && part.dims.size() == dims.size() &&
                      std::equal(part.dims.begin() + 1, part.dims.end(), dims.begin() + 1);
    if (!fits) {
      throw Error(fmt::format(
          "expected constants of one type, and of one shape except for the first axis, found {} {} and {} {}",
          parts[0].real ? "floats" : "whole numbers", shown_dims(parts[0].dims), part.real ? "floats" : "whole numbers",
          shown_dims(part.dims)));
    }
    dims[0] += std::min(part.dims[0], kMaxComputedBytes);  // (of at most 2^18 parts)
  }
  const Constant type = wide(parts[0].real);
  std::string bytes = room_for(dims, type.width);
  for (const Constant& part : parts) {
    if (part.width == type.width) bytes.append(part.bytes);
    for (int64_t i = 0; part.width != type.width && i < part.size(); ++i) append(bytes, part.int_at(i));
  }
  return made(dims, type, std::move(bytes));
}

Constant computed(Operation operation, const Constant& a, const Constant& b) {
  if (a.real != b.real) throw Error("expected constants of one type, found floats and whole numbers");
  const Dims dims = broadcast(a.dims, b.dims);
  const Constant type = wide(a.real);
  std::string bytes = room_for(dims, type.width);
  Walk in_a = walk_over(dims, a), in_b = walk_over(dims, b);
  for (int64_t i = byte_count(dims, 1); i > 0; --i, in_a.next(), in_b.next()) {
    if (a.real) {
      append(bytes, result(operation, a.float_at(in_a.place()), b.float_at(in_b.place())));
    } else {
      append(bytes, result(operation, a.int_at(in_a.place()), b.int_at(in_b.place())));
    }
  }
  return made(dims, type, std::move(bytes));
}

}  // namespace fer::onnx_file
