// Shape and Tensor: dense float32 arrays, rows contiguous, 64-byte aligned, channels last (n, h, w, c).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// The extents of an array, outermost first. A rank-0 shape has one element.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}

  size_t rank() const { return dims_.size(); }
  int64_t operator[](size_t axis) const { return dims_[axis]; }
  const std::vector<int64_t>& dims() const { return dims_; }
  // The product of the extents. Throws Error on a negative extent or when the product does not fit.
  int64_t elements() const;
  // "[46, 46, 64]"
  std::string to_string() const;

  bool operator==(const Shape&) const = default;

 private:
  std::vector<int64_t> dims_;
};

// An owning float32 array. Copies are deep; a moved-from tensor is empty.
class Tensor {
 public:
  Tensor() = default;
  // Filled with zeros. Throws Error when the size does not fit in memory.
  explicit Tensor(Shape shape);
  // Takes a copy of `values`; throws Error unless their count equals shape.elements().
  Tensor(Shape shape, std::span<const float> values);
  Tensor(const Tensor& other);
  Tensor& operator=(const Tensor& other);
  Tensor(Tensor&& other) noexcept
      : shape_(std::move(other.shape_)), size_(std::exchange(other.size_, 0)), data_(std::move(other.data_)) {}
  Tensor& operator=(Tensor&& other) noexcept {
    shape_ = std::move(other.shape_);
    size_ = std::exchange(other.size_, 0);
    data_ = std::move(other.data_);
    return *this;
  }

  const Shape& shape() const { return shape_; }
  size_t size() const { return size_; }
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::span<float> values() { return {data_.get(), size_}; }
  std::span<const float> values() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(float* p) const;
  };
  Shape shape_;
  size_t size_ = 0;
  std::unique_ptr<float[], Free> data_;
};

}  // namespace fer
