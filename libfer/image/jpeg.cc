#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <new>
#include <utility>
#include <vector>
// jpeglib.h needs stdio.h before it.
#include <jerror.h>
#include <jpeglib.h>

#include "fer/error.h"
#include "image/exif.h"
#include "image/image_codecs.h"

// libjpeg reports an error by longjmp, as libpng does: see png.cc.
namespace fer::image {
namespace {

constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr int kMaxScans = 500;  // a progressive file of a few bytes may ask for thousands of passes

struct JpegReader {
  jpeg_decompress_struct jpeg = {};
  jpeg_error_mgr errors = {};
  jpeg_progress_mgr progress = {};
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX] = {};
  bool no_memory = false;
};

void on_error(j_common_ptr jpeg) {
  auto* reader = static_cast<JpegReader*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, reader->message);
  reader->no_memory = jpeg->err->msg_code == JERR_OUT_OF_MEMORY;
  std::longjmp(reader->jump, 1);
}

// libjpeg fills up what is missing and warns; to us a damaged picture is none. Oddities that lose nothing pass.
void on_message(j_common_ptr jpeg, int level) {
  const int code = jpeg->err->msg_code;
  const bool harmless = code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR;
  if (level < 0 && !harmless) on_error(jpeg);
}
void no_output(j_common_ptr) {}

void on_progress(j_common_ptr jpeg) {
  auto* reader = static_cast<JpegReader*>(jpeg->client_data);
  if (reader->jpeg.input_scan_number <= kMaxScans) return;
  std::snprintf(reader->message, sizeof reader->message, "expected at most %d scans", kMaxScans);
  std::longjmp(reader->jump, 1);
}

bool read_header(JpegReader& r, std::string_view bytes) {
  if (setjmp(r.jump)) return false;
  r.jpeg.err = jpeg_std_error(&r.errors);
  r.errors.error_exit = on_error;
  r.errors.emit_message = on_message;
  r.errors.output_message = no_output;
  r.jpeg.client_data = &r;
  jpeg_create_decompress(&r.jpeg);
  r.progress.progress_monitor = on_progress;
  r.jpeg.progress = &r.progress;
  jpeg_mem_src(&r.jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_save_markers(&r.jpeg, kExifMarker, 0xffff);
  jpeg_read_header(&r.jpeg, TRUE);
  const J_COLOR_SPACE space = r.jpeg.jpeg_color_space;
  const bool four = space == JCS_CMYK || space == JCS_YCCK;
  r.jpeg.out_color_space = space == JCS_GRAYSCALE ? JCS_GRAYSCALE : four ? JCS_CMYK : JCS_RGB;
  jpeg_calc_output_dimensions(&r.jpeg);
  return true;
}

// Cyan, magenta, yellow and black without a profile, as Pillow and ImageMagick show them: what the inks leave of white.
// Adobe's programs write how much of each ink is missing.
void inks_to_colours(const uint8_t* inks, size_t count, bool inverted, uint8_t* colours) {
  for (size_t i = 0; i < count; ++i) {
    const int black = inverted ? inks[4 * i + 3] : 255 - inks[4 * i + 3];
    for (size_t c = 0; c < 3; ++c) {
      const int rest = inverted ? inks[4 * i + c] : 255 - inks[4 * i + c];
      colours[3 * i + c] = static_cast<uint8_t>((rest * black + 127) / 255);
    }
  }
}

// `inks` has room for a row of four colours.
bool read_rows(JpegReader& r, uint8_t* pixels, uint8_t* inks) {
  if (setjmp(r.jump)) return false;
  jpeg_start_decompress(&r.jpeg);
  const bool four = r.jpeg.output_components == 4;
  const size_t row_bytes = size_t{r.jpeg.output_width} * (four ? 3 : static_cast<size_t>(r.jpeg.output_components));
  while (r.jpeg.output_scanline < r.jpeg.output_height) {
    uint8_t* pixel_row = pixels + r.jpeg.output_scanline * row_bytes;
    JSAMPROW row = four ? inks : pixel_row;
    jpeg_read_scanlines(&r.jpeg, &row, 1);
    if (four) inks_to_colours(inks, r.jpeg.output_width, r.jpeg.saw_Adobe_marker, pixel_row);
  }
  jpeg_finish_decompress(&r.jpeg);
  return true;
}

// Memory that is not there says nothing about the picture, and must not pass for a damaged one.
[[noreturn]] void fail(const JpegReader& reader, const std::string& where) {
  if (reader.no_memory) throw std::bad_alloc();
  throw Error(where + ": JPEG: " + reader.message);
}

// The first that is said; 1, as the rows lie, where none is.
int orientation_of(const jpeg_decompress_struct& jpeg) {
  for (const jpeg_marker_struct* marker = jpeg.marker_list; marker != nullptr; marker = marker->next) {
    if (marker->marker != kExifMarker) continue;
    const int orientation = exif_orientation({reinterpret_cast<const char*>(marker->data), marker->data_length});
    if (orientation != 1) return orientation;
  }
  return 1;
}

}  // namespace

Image decode_jpeg(std::string_view bytes, const std::string& where, int64_t max_pixels) {
  JpegReader reader;
  struct Destroy {
    JpegReader& reader;
    ~Destroy() { jpeg_destroy_decompress(&reader.jpeg); }
  } destroy{reader};
  if (!read_header(reader, bytes)) fail(reader, where);
  const int64_t channels = reader.jpeg.out_color_space == JCS_GRAYSCALE ? 1 : 3;
  Image image = blank_image(reader.jpeg.image_height, reader.jpeg.image_width, channels, where, max_pixels);
  const int orientation = orientation_of(reader.jpeg);  // what was read is gone after the rows
  std::vector<uint8_t> inks(reader.jpeg.out_color_space == JCS_CMYK ? size_t{4} * reader.jpeg.image_width : 0);
  if (!read_rows(reader, image.pixels.data(), inks.data())) fail(reader, where);
  return upright(std::move(image), orientation);
}

}  // namespace fer::image
