// OpenCV's .vec files.
#include <fmt/format.h>

#include <algorithm>

#include "fer/cascade_samples.h"
#include "fer/error.h"
#include "fer/file.h"

namespace fer {
namespace {

constexpr size_t kHeader = 12;
constexpr int kMaxSampleSide = 1000;

uint32_t little_endian(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at + i])) << 8 * i;
  return value;
}

void append_little_endian(std::string& to, uint32_t value, size_t count) {
  for (size_t i = 0; i < count; ++i) to.push_back(static_cast<char>(value >> 8 * i & 255));
}

}  // namespace

size_t SampleSet::count() const {
  const size_t size = static_cast<size_t>(width) * static_cast<size_t>(height);
  return size == 0 ? 0 : pixels.size() / size;
}

std::span<const uint8_t> SampleSet::sample(size_t i) const {
  const size_t size = static_cast<size_t>(width) * static_cast<size_t>(height);
  return std::span(pixels).subspan(i * size, size);
}

void SampleSet::add(const Image& picture) {
  const Image fit = fitted(picture, height, width, 1);
  pixels.insert(pixels.end(), fit.pixels.begin(), fit.pixels.end());
}

SampleSet parse_vec(std::string_view bytes, int width, int height, const std::string& name) {
  const auto refuse = [&](const std::string& why) { throw Error(fmt::format("{}: {}", name, why)); };
  if (width < 1 || height < 1 || width > kMaxSampleSide || height > kMaxSampleSide)
    refuse(fmt::format("expected samples of 1 to {} pixels a side, found {}x{}", kMaxSampleSide, width, height));
  if (bytes.size() < kHeader)
    refuse(fmt::format("expected a .vec file of at least {} bytes, found {}", kHeader, bytes.size()));
  const size_t count = little_endian(bytes, 0, 4), size = little_endian(bytes, 4, 4);
  const size_t expected = static_cast<size_t>(width) * static_cast<size_t>(height);
  if (size != expected)
    refuse(fmt::format("expected samples of {}x{} = {} pixels, found {}: another width and height?", width, height,
                       expected, size));
  const size_t stride = 1 + 2 * size, room = (bytes.size() - kHeader) / stride;
  if (count != room || (bytes.size() - kHeader) % stride != 0)
    refuse(fmt::format("expected {} samples as its header says, found bytes for {}", count, room));
  SampleSet samples{width, height, std::vector<uint8_t>(count * size)};
  for (size_t i = 0; i < count; ++i) {
    for (size_t p = 0; p < size; ++p) {
      const uint32_t value = little_endian(bytes, kHeader + i * stride + 1 + 2 * p, 2);
      if (value > 255) refuse(fmt::format("sample {}: expected pixels of 0 to 255, found {}", i, value));
      samples.pixels[i * size + p] = static_cast<uint8_t>(value);
    }
  }
  return samples;
}

SampleSet read_vec(const std::string& path, int width, int height) {
  return parse_vec(read_file(path, size_t{1} << 32, "a .vec file"), width, height, path);
}

int64_t vec_sample_size(const std::string& path) {
  const std::string bytes = read_beginning(path, kHeader);
  if (bytes.size() < kHeader) throw Error(fmt::format("{}: expected a .vec file, found {} bytes", path, bytes.size()));
  return little_endian(bytes, 4, 4);
}

std::string vec_bytes(const SampleSet& samples) {
  const size_t size = static_cast<size_t>(samples.width) * static_cast<size_t>(samples.height);
  std::string bytes;
  bytes.reserve(kHeader + samples.count() * (1 + 2 * size));
  append_little_endian(bytes, static_cast<uint32_t>(samples.count()), 4);
  append_little_endian(bytes, static_cast<uint32_t>(size), 4);
  append_little_endian(bytes, 0, 4);
  for (size_t i = 0; i < samples.count(); ++i) {
    bytes.push_back(0);
    for (const uint8_t pixel : samples.sample(i)) append_little_endian(bytes, pixel, 2);
  }
  return bytes;
}

}  // namespace fer
