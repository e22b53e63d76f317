#include "report/tensorboard.h"

#include <isa-l.h>

#include <algorithm>
#include <bit>
#include <optional>

namespace fer::report {
namespace {

// Protocol buffers' wire format: a field is (number << 3 | wire type), then a varint, a little-endian fixed value, or a
// length and bytes.
enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

template <class Unsigned>
void append_little_endian(std::string& out, Unsigned value) {
  for (size_t i = 0; i < sizeof(value); ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void append_tag(std::string& out, int field, WireType type) {
  append_varint(out, static_cast<uint64_t>(field) << 3 | type);
}

void append_bytes(std::string& out, int field, std::string_view bytes) {
  append_tag(out, field, kBytes);
  append_varint(out, bytes.size());
  out.append(bytes);
}

// event.proto: 1 wall_time (double), 2 step (int64), 3 file_version (string), 5 summary (message).
std::string event_at(double wall_time) {
  std::string event;
  append_tag(event, 1, kFixed64);
  append_little_endian(event, std::bit_cast<uint64_t>(wall_time));
  return event;
}

// CRC-32C, rotated and offset so that a checksum of data that contains checksums stays a good one (TFRecord's rule).
uint32_t masked_crc(std::string_view data) {
  // isa-l takes a non-const pointer and leaves the final inversion to the caller.
  auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(data.data()));
  const uint32_t crc = ~crc32_iscsi(bytes, static_cast<int>(data.size()), 0xFFFFFFFFu);
  return std::rotr(crc, 15) + 0xA282EAD8u;
}

std::string record(std::string_view event) {
  std::string out;
  append_little_endian(out, static_cast<uint64_t>(event.size()));
  append_little_endian(out, masked_crc(out));
  out.append(event);
  append_little_endian(out, masked_crc(event));
  return out;
}

template <class Unsigned>
Unsigned little_endian(std::string_view bytes) {
  Unsigned value = 0;
  for (size_t i = 0; i < sizeof(value); ++i) {
    value |= static_cast<Unsigned>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

// Takes a varint off the front; nothing where there is none.
std::optional<uint64_t> take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte >= 0x80) continue;
    bytes.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

// The step of an event, where it has one and a summary.
std::optional<int64_t> step_of(std::string_view event) {
  std::optional<int64_t> step;
  bool summary = false;
  while (!event.empty()) {
    const std::optional<uint64_t> tag = take_varint(event);
    if (!tag) return std::nullopt;
    size_t skipped = *tag % 8 == kFixed64 ? 8 : 4;
    if (*tag % 8 == kVarint || *tag % 8 == kBytes) {
      const std::optional<uint64_t> value = take_varint(event);
      if (!value) return std::nullopt;
      if (*tag == (2 << 3 | kVarint)) step = static_cast<int64_t>(*value);
      skipped = *tag % 8 == kBytes ? std::min<uint64_t>(*value, event.size() + 1) : 0;
    }
    if (skipped > event.size()) return std::nullopt;
    event.remove_prefix(skipped);
    summary |= *tag == (5 << 3 | kBytes);
  }
  return summary ? std::optional(step.value_or(0)) : std::nullopt;  // proto3 leaves a 0 out
}

}  // namespace

std::string tensorboard_file_version(double wall_time) {
  std::string event = event_at(wall_time);
  append_bytes(event, 3, "brain.Event:2");
  return record(event);
}

std::string tensorboard_scalars(double wall_time, int64_t step,
                                const std::vector<std::pair<std::string, float>>& scalars) {
  std::string summary;  // repeated 1 value: { 1 tag, 2 simple_value }
  for (const auto& [name, number] : scalars) {
    std::string value;
    append_bytes(value, 1, name);
    append_tag(value, 2, kFixed32);
    append_little_endian(value, std::bit_cast<uint32_t>(number));
    append_bytes(summary, 1, value);
  }
  std::string event = event_at(wall_time);
  append_tag(event, 2, kVarint);
  append_varint(event, static_cast<uint64_t>(step));
  append_bytes(event, 5, summary);
  return record(event);
}

TensorboardRecords scan_tensorboard(std::string_view file) {
  constexpr size_t kHead = 12, kTail = 4;  // length and its checksum; the event's checksum
  TensorboardRecords found;
  while (found.whole_bytes < file.size()) {
    const std::string_view rest = file.substr(found.whole_bytes);
    found.unfinished = rest.size() < kHead;
    if (found.unfinished || little_endian<uint32_t>(rest.substr(8)) != masked_crc(rest.substr(0, 8))) break;
    const auto length = little_endian<uint64_t>(rest);
    found.unfinished = rest.size() - kHead < kTail || length > rest.size() - kHead - kTail;
    if (found.unfinished) break;
    const std::string_view event = rest.substr(kHead, length);
    if (little_endian<uint32_t>(rest.substr(kHead + length)) != masked_crc(event)) break;
    found.last_step = std::max(found.last_step, step_of(event).value_or(-1));
    found.whole_bytes += kHead + length + kTail;
  }
  return found;
}

}  // namespace fer::report
