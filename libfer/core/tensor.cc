#include "fer/tensor.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "fer/error.h"

namespace fer {
namespace {

constexpr std::align_val_t kAlignment{64};

}  // namespace

int64_t Shape::elements() const {
  int64_t product = 1;
  for (const int64_t dim : dims_) {
    if (dim < 0) throw Error("shape " + to_string() + ": expected extents of 0 or more");
    if (__builtin_mul_overflow(product, dim, &product)) throw Error("shape " + to_string() + ": too many elements");
  }
  return product;
}

std::string Shape::to_string() const {
  std::string text = "[";
  for (size_t i = 0; i < dims_.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(dims_[i]);
  return text + "]";
}

void Tensor::Free::operator()(float* p) const { ::operator delete[](p, kAlignment); }

Tensor::Tensor(Shape shape) : shape_(std::move(shape)), size_(static_cast<size_t>(shape_.elements())) {
  void* memory = size_ > PTRDIFF_MAX / sizeof(float)
                     ? nullptr
                     : ::operator new[](std::max<size_t>(size_, 1) * sizeof(float), kAlignment, std::nothrow);
  if (memory == nullptr) throw Error("tensor of shape " + shape_.to_string() + ": not enough memory");
  data_.reset(static_cast<float*>(memory));
  std::memset(data_.get(), 0, size_ * sizeof(float));
}

Tensor::Tensor(Shape shape, std::span<const float> values) : Tensor(std::move(shape)) {
  if (values.size() != size_) {
    throw Error("tensor of shape " + shape_.to_string() + ": expected " + std::to_string(size_) + " values, found " +
                std::to_string(values.size()));
  }
  std::copy(values.begin(), values.end(), data_.get());
}

Tensor::Tensor(const Tensor& other) {
  if (other.data_ != nullptr) *this = Tensor(other.shape_, other.values());
}

Tensor& Tensor::operator=(const Tensor& other) {
  if (this != &other) *this = other.data_ != nullptr ? Tensor(other.shape_, other.values()) : Tensor();
  return *this;
}

}  // namespace fer
