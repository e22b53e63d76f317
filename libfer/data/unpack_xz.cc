#include <algorithm>

#include "data/unpacking.h"
#include "fer/error.h"
#ifdef FER_HAS_LZMA
#include <lzma.h>

#include <new>
#endif

namespace fer::data {

#ifdef FER_HAS_LZMA

bool can_unpack_xz() { return true; }

void unpack_xz(const ByteSource& source, const std::string& name, const FileSink& sink) {
  constexpr int64_t kPieceBytes = 1 << 18;
  constexpr uint64_t kMostMemory = uint64_t{256} << 20;  // xz -9 needs 65 MiB
  struct Stream {
    lzma_stream lzma = LZMA_STREAM_INIT;
    ~Stream() { lzma_end(&lzma); }
  } stream;
  lzma_stream& lzma = stream.lzma;
  if (lzma_stream_decoder(&lzma, kMostMemory, LZMA_CONCATENATED) != LZMA_OK) throw std::bad_alloc();
  std::vector<char> buffer;
  std::vector<uint8_t> out(kPieceBytes);
  int64_t at = 0;
  for (lzma_ret result = LZMA_OK; result != LZMA_STREAM_END;) {
    if (lzma.avail_in == 0 && at < source.size()) {
      const std::string_view in = source.read(at, std::min(source.size(), at + kPieceBytes), buffer);
      lzma.next_in = reinterpret_cast<const uint8_t*>(in.data());
      lzma.avail_in = in.size();
      at += kPieceBytes;
    }
    lzma.next_out = out.data();
    lzma.avail_out = out.size();
    result = lzma_code(&lzma, at < source.size() ? LZMA_RUN : LZMA_FINISH);
    if (result == LZMA_MEM_ERROR) throw std::bad_alloc();
    if (result == LZMA_MEMLIMIT_ERROR) {
      throw Error(
          name +
          ": expected an xz file that takes at most 256 MiB of memory, found one that takes more: unpack it first");
    }
    if (result != LZMA_OK && result != LZMA_STREAM_END) {
      throw Error(name + ": expected a whole xz file, found " +
                  (result == LZMA_BUF_ERROR ? "the beginning of one" : "a damaged one") +
                  ": copy or download it again");
    }
    const size_t made = out.size() - lzma.avail_out;
    if (made > 0) sink({reinterpret_cast<const char*>(out.data()), made});
  }
}

#else

bool can_unpack_xz() { return false; }
void unpack_xz(const ByteSource&, const std::string& name, const FileSink&) {
  throw Error(name + ": this libfer was built without liblzma: unpack it first");
}

#endif

}  // namespace fer::data
