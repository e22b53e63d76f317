#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "fer/error.h"
#include "image/exif.h"
#include "image/image_codecs.h"

// libpng reports an error by longjmp, which skips destructors. So whatever it may jump out of is a function below that
// holds plain values only; memory is taken and given back by its callers.
namespace fer::image {
namespace {

struct Message {
  char text[160] = {};
  bool no_memory = false;
  bool too_large = false;
};

// libpng takes the memory that a chunk asks for before it sees that the file has no such bytes: a file of 285 bytes had
// 1.8 GB. Its rows, of at most a million pixels, take 8 MiB.
constexpr png_alloc_size_t kMostBytes = png_alloc_size_t{64} << 20;

// Memory that is not there says nothing about the picture, and must not pass for a damaged one.
png_voidp take_memory(png_structp png, png_alloc_size_t bytes) {
  auto* message = static_cast<Message*>(png_get_mem_ptr(png));
  if (bytes > kMostBytes) {
    message->too_large = true;
    return nullptr;
  }
  void* memory = std::malloc(bytes);
  if (memory == nullptr) message->no_memory = true;
  return memory;
}
void give_memory(png_structp, png_voidp memory) { std::free(memory); }

[[noreturn]] void fail(const Message& message, const std::string& where) {
  if (message.no_memory) throw std::bad_alloc();
  if (message.too_large)
    throw Error(where + ": PNG: expected parts of at most 64 MiB, found one that says it is larger");
  throw Error(where + ": PNG: " + message.text);
}

void on_error(png_structp png, png_const_charp text) {
  auto* message = static_cast<Message*>(png_get_error_ptr(png));
  std::strncpy(message->text, text, sizeof message->text - 1);
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

struct Source {
  const char* data = nullptr;
  size_t left = 0;
};

void read_bytes(png_structp png, png_bytep out, size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->left) png_error(png, "the file ends too early");
  std::memcpy(out, source->data, count);
  source->data += count;
  source->left -= count;
}

struct PngReader {
  Message message;
  Source source;
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit PngReader(std::string_view bytes) : source{bytes.data(), bytes.size()} {
    png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &message, on_error, on_warning, &message, take_memory,
                                   give_memory);
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
  PngReader(const PngReader&) = delete;
};

struct Header {
  png_uint_32 width = 0, height = 0;
  int channels = 0, passes = 1;
  size_t stored_row = 0;  // bytes
};

// Everything becomes 8-bit grey or RGB, or, with its opacity, RGBA.
bool read_header(PngReader& r, bool with_opacity, Header& header) {
  if (setjmp(png_jmpbuf(r.png))) return false;
  png_set_read_fn(r.png, &r.source, read_bytes);
  png_read_info(r.png, r.info);
  const size_t stored_row = png_get_rowbytes(r.png, r.info);
  png_set_expand(r.png);
  png_set_strip_16(r.png);
  if (with_opacity) {
    png_set_gray_to_rgb(r.png);
    png_set_add_alpha(r.png, 0xff, PNG_FILLER_AFTER);
  } else {
    png_set_strip_alpha(r.png);
  }
  const int passes = png_set_interlace_handling(r.png);
  png_read_update_info(r.png, r.info);
  header = {png_get_image_width(r.png, r.info), png_get_image_height(r.png, r.info), png_get_channels(r.png, r.info),
            passes, stored_row};
  return true;
}

// How many bytes of the file's IDAT chunks stand behind `read` bytes of it.
size_t image_data_behind(std::string_view file, size_t read) {
  constexpr size_t kSignature = 8, kHead = 8, kCrc = 4;
  size_t behind = 0;
  for (size_t at = kSignature; at + kHead <= file.size();) {
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(file[at + i]);
    const size_t begin = at + kHead, end = begin + std::min(length, file.size() - begin);
    if (file.substr(at + 4, 4) == "IDAT" && end > read) behind += end - std::max(begin, read);
    at = end + kCrc;
  }
  return behind;
}

// All rows but the last of the last pass; then libpng unpacks what is left of the IDAT chunks, to throw it away.
bool read_rows(PngReader& r, const Header& header, png_bytepp rows) {
  if (setjmp(png_jmpbuf(r.png))) return false;
  for (int pass = 0; pass < header.passes; ++pass) {
    const bool last = pass + 1 == header.passes;
    for (png_uint_32 y = 0; y < header.height - (last ? 1 : 0); ++y) png_read_row(r.png, rows[y], nullptr);
  }
  return true;
}

// What stands behind the rows is read too: Exif data may.
bool read_rest(PngReader& r, png_bytep last_row) {
  if (setjmp(png_jmpbuf(r.png))) return false;
  png_read_row(r.png, last_row, nullptr);
  png_read_end(r.png, r.info);
  return true;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Exif as ImageMagick writes it without an eXIf chunk: a line of its own, its name, its length, and hexadecimal digits.
std::string bytes_of_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0) continue;
    if (high >= 0) bytes += static_cast<char>(high * 16 + digit);
    high = high < 0 ? digit : -1;
  }
  return bytes;
}

int orientation_of(PngReader& r) {
  png_bytep exif = nullptr;
  png_uint_32 length = 0;
  if (png_get_eXIf_1(r.png, r.info, &length, &exif) != 0) {
    return exif_orientation({reinterpret_cast<const char*>(exif), length});
  }
  png_textp texts = nullptr;
  int count = 0;
  png_get_text(r.png, r.info, &texts, &count);
  for (const png_text& text : std::span(texts, static_cast<size_t>(count))) {
    const std::string_view key = text.key;
    const bool profile = key == "Raw profile type exif" || key == "Raw profile type APP1";
    if (profile && text.text_length > 0) return exif_orientation(bytes_of_profile({text.text, text.text_length}));
  }
  return 1;
}

struct Sink {
  std::string bytes;
  bool full = false;
};

void write_bytes(png_structp png, png_bytep data, size_t count) {
  auto* sink = static_cast<Sink*>(png_get_io_ptr(png));
  try {
    sink->bytes.append(reinterpret_cast<const char*>(data), count);
  } catch (...) {
    sink->full = true;
  }
  if (sink->full) png_error(png, "not enough memory");
}
void flush(png_structp) {}

struct Writer {
  Message message;
  png_structp png = nullptr;
  png_infop info = nullptr;

  Writer() {
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &message, on_error, on_warning);
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~Writer() { png_destroy_write_struct(&png, &info); }
  Writer(const Writer&) = delete;
};

bool write_image(Writer& w, Sink& sink, const Header& header, png_bytepp rows) {
  if (setjmp(png_jmpbuf(w.png))) return false;
  png_set_write_fn(w.png, &sink, write_bytes, flush);
  png_set_IHDR(w.png, w.info, header.width, header.height, 8,
               header.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(w.png, w.info);
  png_write_image(w.png, rows);
  png_write_end(w.png, nullptr);
  return true;
}

std::vector<png_bytep> rows_of(uint8_t* pixels, int64_t height, int64_t row_bytes) {
  std::vector<png_bytep> rows(static_cast<size_t>(height));
  for (int64_t y = 0; y < height; ++y) rows[y] = pixels + y * row_bytes;
  return rows;
}

Image decode(std::string_view bytes, const std::string& where, int64_t max_pixels, bool with_opacity) {
  PngReader reader(bytes);
  if (reader.info == nullptr) throw std::bad_alloc();
  Header header;
  if (!read_header(reader, with_opacity, header)) fail(reader.message, where);
  Image image = blank_image(header.height, header.width, header.channels, where, max_pixels);
  const bool known = with_opacity ? image.channels == 4 : image.channels == 1 || image.channels == 3;
  if (!known) throw Error(where + ": PNG: expected grey or colour");
  std::vector<png_bytep> rows = rows_of(image.pixels.data(), image.height, image.width * image.channels);
  if (!read_rows(reader, header, rows.data())) fail(reader.message, where);
  // A row takes hardly more than itself; of what is behind, libpng would make a thousand times as much.
  constexpr size_t kMaxBehind = size_t{1} << 16;
  const size_t most = kMaxBehind + header.stored_row + header.stored_row / 1000;
  if (image_data_behind(bytes, bytes.size() - reader.source.left) > most) {
    throw Error(where + ": PNG: expected the compressed rows to end with the picture, found much more behind them");
  }
  // (libpng goes on without Exif data and texts that it has no memory for.)
  if (!read_rest(reader, rows.back()) || reader.message.no_memory || reader.message.too_large)
    fail(reader.message, where);
  return upright(std::move(image), orientation_of(reader));
}

}  // namespace

Image decode_png(std::string_view bytes, const std::string& where, int64_t max_pixels) {
  return decode(bytes, where, max_pixels, false);
}

Image decode_png_with_opacity(std::string_view bytes, const std::string& where, int64_t max_pixels) {
  return decode(bytes, where, max_pixels, true);
}

}  // namespace fer::image

namespace fer {

std::string encode_png(const Image& image) {
  image::check_image(image);
  image::Writer writer;
  image::Sink sink;
  if (writer.info == nullptr) throw Error("PNG: not enough memory");
  std::vector<uint8_t> pixels = image.pixels;  // libpng wants rows that it may write to
  std::vector<png_bytep> rows = image::rows_of(pixels.data(), image.height, image.width * image.channels);
  const image::Header header = {static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height),
                                static_cast<int>(image.channels)};
  if (!image::write_image(writer, sink, header, rows.data())) throw Error(std::string("PNG: ") + writer.message.text);
  return std::move(sink.bytes);
}

}  // namespace fer
