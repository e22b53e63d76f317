// What an operand of a program is, where both models and data are allowed.
#include "core/file_kind.h"
#include "fer/file.h"

namespace fer {
namespace {

PathContent content_of(core::FileKind kind) {
  using enum core::FileKind;
  switch (kind) {
    case kSafetensors:
    case kOnnx:
    case kHdf5:
    case kKerasArchive:
    case kPyTorchArchive:
    case kPickle:
    case kSavedModel:
    case kTfLite:
    case kCoreMl:
    case kGguf:
    case kKerasJson:
    case kJson:
      return PathContent::kModel;
    case kPng:
    case kJpeg:
    case kWebp:
    case kNetpbm:
    case kPbm:
    case kGif:
    case kBmp:
    case kTiff:
    case kHeif:
    case kIcon:
    case kJpeg2000:
    case kJpegXl:
    case kPhotoshop:
    case kSvg:
    case kFilm:
    case kCsv:
    case kUtf16:
    case kGzip:  // of a table (fer/csv.h)
    case kXz:
    case kZip:
    case kText:
      return PathContent::kData;
    default:
      return PathContent::kUnknown;
  }
}

}  // namespace

PathContent path_content(const std::string& path) {
  if (path == "-") return PathContent::kData;
  switch (path_kind(path)) {
    case PathKind::kFile:
      return content_of(core::kind_of(read_beginning(path, core::kKindBytes)));
    case PathKind::kFolder:
      return path_kind(path + "/best.safetensors") == PathKind::kFile ? PathContent::kModel : PathContent::kData;
    default:
      return PathContent::kUnknown;
  }
}

}  // namespace fer
