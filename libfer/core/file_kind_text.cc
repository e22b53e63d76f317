#include "core/file_kind_text.h"

#include <algorithm>
#include <iterator>

namespace fer::core {
namespace {

enum class Family : uint8_t { kNone, kPicture, kOtherPicture, kConvertible, kOtherModel, kPacked, kAgain };

struct Words {
  FileKind kind;
  const char* name;
  Family family = Family::kNone;
  const char* advice = nullptr;  // whatever was expected
};

constexpr Words kWords[] = {
    {FileKind::kEmpty, "an empty file", Family::kAgain},
    {FileKind::kZeros, "a file of zeros", Family::kAgain},
    {FileKind::kLfsPointer, "a Git LFS pointer, which stands for a file that is kept elsewhere", Family::kNone,
     "`git lfs pull` brings it"},
    {FileKind::kAnnexPointer, "a git-annex pointer, which stands for a file that is kept elsewhere", Family::kNone,
     "`git annex get` brings it"},
    {FileKind::kWebPage, "a web page", Family::kNone, "download the file itself, not the page that shows it"},
    {FileKind::kPng, "a PNG picture", Family::kPicture},
    {FileKind::kJpeg, "a JPEG picture", Family::kPicture},
    {FileKind::kWebp, "a WebP picture", Family::kPicture},
    {FileKind::kNetpbm, "a Netpbm picture", Family::kPicture},
    {FileKind::kPbm, "a PBM picture in black and white", Family::kOtherPicture},
    {FileKind::kGif, "a GIF picture", Family::kOtherPicture},
    {FileKind::kBmp, "a BMP picture", Family::kOtherPicture},
    {FileKind::kTiff, "a TIFF picture", Family::kOtherPicture},
    {FileKind::kHeif, "a HEIF or AVIF picture", Family::kOtherPicture},
    {FileKind::kIcon, "an icon", Family::kOtherPicture},
    {FileKind::kJpeg2000, "a JPEG 2000 picture", Family::kOtherPicture},
    {FileKind::kJpegXl, "a JPEG XL picture", Family::kOtherPicture},
    {FileKind::kPhotoshop, "a Photoshop picture", Family::kOtherPicture},
    {FileKind::kSvg, "an SVG drawing", Family::kOtherPicture},
    {FileKind::kFilm, "a film", Family::kNone, "save the pictures in it as PNG files"},
    {FileKind::kSafetensors, "a safetensors file"},
    {FileKind::kOnnx, "an ONNX file", Family::kConvertible},
    {FileKind::kHdf5, "an HDF5 file, as Keras writes them", Family::kConvertible},
    {FileKind::kKerasArchive, "a Keras archive (.keras)", Family::kConvertible},
    {FileKind::kPyTorchArchive, "a PyTorch file", Family::kOtherModel},
    {FileKind::kPickle, "a Python pickle, as PyTorch and scikit-learn write them", Family::kOtherModel},
    {FileKind::kSavedModel, "a TensorFlow SavedModel", Family::kOtherModel},
    {FileKind::kTfLite, "a TensorFlow Lite file", Family::kOtherModel},
    {FileKind::kCoreMl, "a Core ML file", Family::kOtherModel},
    {FileKind::kGguf, "a GGUF file", Family::kOtherModel},
    {FileKind::kNumpy, "NumPy arrays"},
    {FileKind::kZip, "a zip archive", Family::kPacked},
    {FileKind::kOffice, "an office document", Family::kNone, "save it as CSV"},
    {FileKind::kGzip, "a gzip archive", Family::kPacked},
    {FileKind::kBzip2, "a bzip2 archive", Family::kPacked},
    {FileKind::kXz, "an xz archive", Family::kPacked},
    {FileKind::kZstd, "a Zstandard archive", Family::kPacked},
    {FileKind::kSevenZip, "a 7-Zip archive", Family::kPacked},
    {FileKind::kRar, "a RAR archive", Family::kPacked},
    {FileKind::kTar, "a tar archive", Family::kPacked},
    {FileKind::kKerasJson, "the JSON of a Keras network"},
    {FileKind::kJson, "JSON"},
    {FileKind::kXml, "XML"},
    {FileKind::kCsv, "CSV text"},
    {FileKind::kUtf16, "text in UTF-16", Family::kNone, "save it as UTF-8"},
    {FileKind::kText, "text"},
    {FileKind::kPdf, "a PDF document"},
    {FileKind::kProgram, "a program"},
    {FileKind::kBinary, "bytes of an unknown kind"},
    {FileKind::kDirectory, "a directory"},
    {FileKind::kPipe, "a pipe", Family::kNone, "write what comes out of it to a file first"},
    {FileKind::kDevice, "a device"},
    {FileKind::kSocket, "a socket"},
};

const Words& words_of(FileKind kind) {
  return *std::find_if(std::begin(kWords), std::prev(std::end(kWords)), [&](const Words& w) { return w.kind == kind; });
}

const char* name_of(Expected expected) {
  switch (expected) {
    case Expected::kModel:
      return "a model (.safetensors)";
    case Expected::kPicture:
      return "a PNG, JPEG, PGM, PPM or WebP picture";
    case Expected::kTable:
      return "a CSV file";
    case Expected::kNetwork:
      return "a network's JSON file";
    case Expected::kOnnx:
      return "an ONNX file";
    case Expected::kKeras:
      return "a Keras file (.h5 or .keras)";
    case Expected::kKerasJson:
      return "the JSON of a Keras network";
  }
  return "another file";
}

const char* advice_for_model(const Words& found) {
  if (found.family == Family::kConvertible) return "fer-convert makes a model of it";
  if (found.family == Family::kOtherModel) return "save the network as ONNX, of which fer-convert makes a model";
  if (found.family == Family::kPicture || found.family == Family::kOtherPicture) {
    return "models come before pictures on the command line";
  }
  switch (found.kind) {
    case FileKind::kCsv:
      return "models come before data on the command line";
    case FileKind::kKerasJson:
      return "fer-convert makes a model of it and its weights (--config)";
    case FileKind::kJson:
      return "a network without weights is no model: fer-train gives it some";
    case FileKind::kDirectory:
      return "the model of a run is best.safetensors in its folder";
    default:
      return nullptr;
  }
}

const char* advice_for_picture(const Words& found) {
  if (found.family == Family::kOtherPicture) return "save it as PNG";
  if (found.kind == FileKind::kCsv) return "a file of rows has a name that ends in .csv";
  if (found.kind == FileKind::kSafetensors || found.family == Family::kConvertible) {
    return "models come before pictures on the command line";
  }
  return nullptr;
}

const char* advice_for_network(const Words& found) {
  if (found.kind == FileKind::kSafetensors) return "fer-train starts from a model with --init";
  if (found.kind == FileKind::kKerasJson) return "fer-convert reads it, beside its weights (--config)";
  if (found.kind == FileKind::kDirectory) return "the model of a run is best.safetensors in its folder";
  if (found.family == Family::kConvertible)
    return "fer-convert makes a model of it, from which fer-train starts (--init)";
  return nullptr;
}

const char* advice_for_table(const Words& found) {
  if (found.family == Family::kPicture) return "pictures go into a folder for each class";
  if (found.kind == FileKind::kSafetensors) {
    return "data come after models on the command line, and fer-train starts from a model with --init";
  }
  return nullptr;
}

// Advice for where a model of another program was expected.
const char* advice_for_import(const Words& found) {
  if (found.kind == FileKind::kSafetensors) return "the name of a model of libfer ends in .safetensors";
  if (found.kind == FileKind::kOnnx) return "the name of an ONNX file ends in .onnx";
  if (found.kind == FileKind::kHdf5) return "the name of a Keras file ends in .h5 or .hdf5";
  if (found.kind == FileKind::kKerasArchive) return "the name of a Keras archive ends in .keras";
  if (found.family == Family::kOtherModel) return "save the network as ONNX";
  return nullptr;
}

const char* special_advice(Expected expected, const Words& found) {
  switch (expected) {
    case Expected::kModel:
      return advice_for_model(found);
    case Expected::kPicture:
      return advice_for_picture(found);
    case Expected::kTable:
      return advice_for_table(found);
    case Expected::kNetwork:
      return advice_for_network(found);
    default:
      return advice_for_import(found);
  }
}

// Whatever was expected.
const char* general_advice(const Words& found) {
  if (found.advice != nullptr) return found.advice;
  if (found.family == Family::kPacked) return "unpack it first";
  if (found.family == Family::kAgain) return "copy or download it again";
  return nullptr;
}

const char* advice_of(Expected expected, const Words& found) {
  if (found.advice != nullptr) return found.advice;
  const char* special = special_advice(expected, found);
  return special != nullptr ? special : general_advice(found);
}

}  // namespace

std::string text_of_kind(FileKind found, const std::string& more) {
  const Words& words = words_of(found);
  std::string text = words.name + more;
  if (const char* advice = general_advice(words)) text += std::string(": ") + advice;
  return text;
}

std::string words_more(FileKind found, std::string_view bytes) {
  return found == FileKind::kText ? " that begins \"" + first_words(bytes) + "\"" : "";
}

std::string text_of_other(Expected expected, FileKind found, const std::string& more) {
  const Words& words = words_of(found);
  std::string text = std::string("expected ") + name_of(expected) + ", found " + words.name + more;
  if (const char* advice = advice_of(expected, words)) text += std::string(": ") + advice;
  return text;
}

bool may_be(Expected expected, FileKind found) {
  switch (expected) {
    case Expected::kModel:
      return found == FileKind::kSafetensors || found == FileKind::kBinary;
    case Expected::kPicture:
      return words_of(found).family == Family::kPicture;
    case Expected::kTable:
      return found == FileKind::kCsv || found == FileKind::kText || found == FileKind::kBinary ||
             found == FileKind::kEmpty;
    case Expected::kNetwork:
      return found == FileKind::kJson || found == FileKind::kText || found == FileKind::kCsv;
    case Expected::kOnnx:
      return found == FileKind::kOnnx || found == FileKind::kBinary;
    case Expected::kKeras:
      // A damaged archive is its reader's to describe.
      return found == FileKind::kHdf5 || found == FileKind::kKerasArchive || found == FileKind::kZip;
    case Expected::kKerasJson:
      return found == FileKind::kKerasJson || found == FileKind::kJson;
  }
  return true;
}

std::string first_words(std::string_view text) {
  constexpr size_t kMost = 40;
  const size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  std::string words(text.substr(first, std::min(text.find_first_of("\r\n", first) - first, kMost)));
  for (char& c : words) {
    if (c < ' ' || c > '~') c = '?';
  }
  return words;
}

}  // namespace fer::core
