#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <tuple>
#include <utility>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/vision.h"
#include "vision/check.h"
#include "vision/finder.h"

namespace fer {
namespace {

using vision::Finder;

// More than any cascade or YuNet takes; what is larger is something else.
constexpr size_t kLargestFile = size_t{64} << 20;

void check(const FaceDetectorOptions& options) {
  const auto refuse = [](const char* name, const char* expected, auto found) {
    throw Error(fmt::format("face detector: {}: expected {}, found {}", name, expected, found));
  };
  if (!(options.scale_factor > 1 && options.scale_factor <= 10)) {
    refuse("scale_factor", "a number above 1, at most 10", options.scale_factor);
  }
  if (options.neighbours < 0 || options.neighbours > 10000) {
    refuse("neighbours", "0 to 10000", options.neighbours);
  }
  for (const auto& [name, size] : {std::pair{"smallest", options.smallest}, {"largest", options.largest}}) {
    if (size < 0 || size > vision::kMostPixels) refuse(name, "0 to 100000000 pixels", size);
  }
  if (options.largest != 0 && options.largest < options.smallest) {
    refuse("largest", "0 or at least `smallest`", options.largest);
  }
  for (const auto& [name, share] : {std::pair{"least_score", options.least_score}, {"overlap", options.overlap}}) {
    if (!(share >= 0 && share <= 1)) refuse(name, "0 to 1", share);
  }
  if (options.upsample < 0 || options.upsample > 4) refuse("upsample", "0 to 4", options.upsample);
}

// What a detector's file is, by its first bytes: a cascade begins as XML does.
std::string kind_of(const std::string& path, const std::string& content) {
  size_t begin = content.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  begin = content.find_first_not_of(" \t\r\n", begin);
  if (begin != std::string::npos && content[begin] == '<') return "cascade";
  const std::string found = file_kind_text(std::string_view(content).substr(0, 4096));
  if (found.find("ONNX") != std::string::npos || path.ends_with(".onnx")) return "yunet";
  throw Error(fmt::format("{}: expected a cascade of OpenCV (XML) or YuNet (ONNX), found {}", path, found));
}

bool within(const Box& box, const FaceDetectorOptions& options) {
  if (std::min(box.width, box.height) < options.smallest) return false;
  return options.largest == 0 || std::max(box.width, box.height) <= options.largest;
}

}  // namespace

struct FaceDetector::State {
  FaceDetectorOptions options;
  std::string kind, path, content;
  std::mutex mutex;
  std::vector<std::unique_ptr<Finder>> idle;

  std::unique_ptr<Finder> open() const {
    if (kind == "dlib") return vision::open_dlib(options);
    return kind == "cascade" ? vision::open_cascade(content, path, options)
                             : vision::open_yunet(content, path, options);
  }
  // A finder that nobody uses, or a new one: each is for one thread at a time.
  std::unique_ptr<Finder> take() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        std::unique_ptr<Finder> finder = std::move(idle.back());
        idle.pop_back();
        return finder;
      }
    }
    return open();
  }
  void give_back(std::unique_ptr<Finder> finder) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(finder));
  }
};

FaceDetector::FaceDetector(const FaceDetectorOptions& options) : state_(std::make_unique<State>()) {
  check(options);
  state_->options = options;
  if (options.detector == "dlib") {
    state_->kind = "dlib";
  } else {
    state_->path = cascade_file(options.detector);
    state_->content = read_file(state_->path, kLargestFile, "a cascade of OpenCV (XML) or YuNet (ONNX)");
    state_->kind = kind_of(state_->path, state_->content);
  }
  state_->give_back(state_->open());
}

FaceDetector::~FaceDetector() = default;
FaceDetector::FaceDetector(FaceDetector&&) noexcept = default;
FaceDetector& FaceDetector::operator=(FaceDetector&&) noexcept = default;

const std::string& FaceDetector::kind() const { return state_->kind; }
const std::string& FaceDetector::path() const { return state_->path; }

std::vector<Face> FaceDetector::find(const Image& picture) const {
  vision::check_picture(picture, "face detector");
  // (A finder that threw is not used again.)
  std::unique_ptr<Finder> finder = state_->take();
  std::vector<Face> faces = finder->find(picture);
  state_->give_back(std::move(finder));
  std::erase_if(faces, [&](const Face& face) { return !within(face.box, state_->options); });
  const auto order = [](const Face& face) {
    const Box& b = face.box;
    return std::tuple(-b.width * b.height, -face.score, b.top, b.left, b.width);
  };
  if (state_->kind != "dlib")
    std::stable_sort(faces.begin(), faces.end(), [&](const Face& a, const Face& b) { return order(a) < order(b); });
  return faces;
}

}  // namespace fer
