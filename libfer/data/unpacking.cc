#include "data/unpacking.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/file_kind.h"
#include "fer/error.h"

namespace fer::data {
namespace {

constexpr int64_t kPiece = 1 << 18;

bool has_old_line_ends(std::string_view text) {
  return text.find('\r') != std::string_view::npos && text.find('\n') == std::string_view::npos;
}

// A header of text in which lines end in CR alone; a CR at the very end may be the first half of CRLF.
bool is_text_with_old_line_ends(core::FileKind kind, std::string_view text) {
  if (kind != core::FileKind::kCsv && kind != core::FileKind::kText) return false;
  if (text.ends_with('\r')) text.remove_suffix(1);
  return has_old_line_ends(text);
}

[[noreturn]] void damaged_gzip(const std::string& name, const char* what) {
  throw Error(name + ": expected a whole gzip file, found " + what + ": copy or download it again");
}

void replace_line_ends(const ByteSource& source, const FileSink& sink) {
  std::vector<char> buffer;
  for (int64_t at = 0; at < source.size(); at += kPiece) {
    std::string text(source.read(at, std::min(source.size(), at + kPiece), buffer));
    std::replace(text.begin(), text.end(), '\r', '\n');
    sink(text);
  }
}

}  // namespace

Packing packing_of(const ByteSource& source) {
  std::vector<char> buffer;
  // (A header of 48x48 columns takes 22 KB.)
  const std::string_view text = source.read(0, std::min<int64_t>(source.size(), 1 << 16), buffer);
  const core::FileKind kind = core::kind_of(text);
  switch (kind) {
    case core::FileKind::kGzip:
      return Packing::kGzip;
    case core::FileKind::kZip:
      return can_unpack_zip() ? Packing::kZip : Packing::kNone;
    case core::FileKind::kXz:
      return can_unpack_xz() ? Packing::kXz : Packing::kNone;
    case core::FileKind::kUtf16:
      return Packing::kUtf16;
    default:
      return is_text_with_old_line_ends(kind, text) ? Packing::kOldLineEnds : Packing::kNone;
  }
}

void unpack_gzip(const ByteSource& source, const std::string& name, const FileSink& sink) {
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_GZIP;  // the header is read, and the checksum behind the data compared
  std::vector<char> buffer;
  std::vector<uint8_t> out(kPiece);
  bool ended = false;
  for (int64_t at = 0; at < source.size(); at += kPiece) {
    const std::string_view in = source.read(at, std::min(source.size(), at + kPiece), buffer);
    // (ISA-L does not write to what it reads.)
    state->next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(in.data()));
    state->avail_in = static_cast<uint32_t>(in.size());
    while (state->avail_in > 0 || !ended) {
      if (ended) {
        // Another member follows, or the zeros with which tapes are filled up.
        if (state->next_in[0] == 0) return;
        uint8_t* const next = state->next_in;
        const uint32_t left = state->avail_in;
        isal_inflate_init(state.get());
        state->crc_flag = ISAL_GZIP;
        state->next_in = next;
        state->avail_in = left;
        ended = false;
      }
      state->next_out = out.data();
      state->avail_out = static_cast<uint32_t>(out.size());
      if (isal_inflate(state.get()) != ISAL_DECOMP_OK) damaged_gzip(name, "a damaged one");
      const size_t made = out.size() - state->avail_out;
      if (made > 0) sink({reinterpret_cast<const char*>(out.data()), made});
      ended = state->block_state == ISAL_BLOCK_FINISH;
      if (!ended && state->avail_in == 0 && made < out.size()) break;  // more is in the next piece
    }
  }
  if (!ended) damaged_gzip(name, "the beginning of one");
}

void unpack(Packing packing, const ByteSource& source, const std::string& name, const FileSink& sink) {
  switch (packing) {
    case Packing::kGzip:
      return unpack_gzip(source, name, sink);
    case Packing::kZip:
      return unpack_zip(source, name, sink);
    case Packing::kXz:
      return unpack_xz(source, name, sink);
    case Packing::kUtf16:
      return decode_utf16(source, name, sink);
    case Packing::kOldLineEnds:
      return replace_line_ends(source, sink);
    case Packing::kNone:
      return;
  }
}

}  // namespace fer::data
