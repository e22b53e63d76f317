#include "tools/serve/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "fer/error.h"
#include "fer/picture_limit.h"
#include "tools/serve/multipart.h"

namespace fer::serve {
namespace {

bool wants_faces(const std::string& mode, bool finds_faces) {
  if (mode == "whole") return false;
  if (mode != "faces") {
    throw RequestError(400, "bad_parameter", fmt::format("mode: expected faces or whole, found \"{}\"", mode));
  }
  if (!finds_faces) {
    throw RequestError(501, "no_face_detector", "mode: this server cannot find faces: send one face, with mode=whole");
  }
  return true;
}

void set(Wish& wish, const std::string& name, const std::string& value, bool finds_faces) {
  if (name == "model") {
    wish.model = value;
  } else if (name == "mode") {
    wish.faces = wants_faces(value, finds_faces);
  } else if (name == "why") {
    if (value != "true" && value != "false") {
      throw RequestError(400, "bad_parameter", fmt::format("why: expected true or false, found \"{}\"", value));
    }
    wish.why = value == "true";
  } else {
    throw RequestError(400, "bad_parameter",
                       fmt::format("expected the parameters model, mode and why, found \"{}\"", name));
  }
}

std::string shown(const std::string& name) { return name.empty() ? "picture" : name; }

Looked refused(const Upload& upload, int status, const char* code, const std::string& message) {
  Looked looked;
  looked.name = upload.name;
  looked.refused.emplace(status, code, message);
  return looked;
}

Image decoded(const Upload& upload, const Limits& limits) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(upload.bytes.data());
  return decode_image({bytes, upload.bytes.size()}, shown(upload.name), limits.max_pixels);
}

void add_face(Looked& looked, const Look& look, const ShownFace& face) {
  const std::vector<uint8_t> input = look.classifier.input_of(face.picture, shown(looked.name));
  looked.inputs.insert(looked.inputs.end(), input.begin(), input.end());
  looked.boxes.push_back(face.box);
  looked.crops.push_back(face.crop);
  if (look.explainer != nullptr) looked.maps.push_back(look.explainer->grad_cam(input).map);
}

}  // namespace

Wish parse_wish(const Target& target, bool finds_faces) {
  Wish wish{.model = "", .faces = finds_faces, .why = false};
  for (const auto& [name, value] : target.parameters) set(wish, name, value, finds_faces);
  return wish;
}

std::vector<Upload> parse_uploads(const Head& head, std::string_view body, const Limits& limits, Wish& wish,
                                  bool finds_faces) {
  std::vector<Upload> uploads;
  if (media_type(head.content_type) != "multipart/form-data") {
    uploads.push_back({"", body});
  } else {
    constexpr size_t kFields = 3;  // of a form beside its pictures
    for (const Part& part : parse_multipart(body, boundary_of(head.content_type), limits.max_pictures + kFields)) {
      if (part.is_file || media_type(part.content_type).starts_with("image/")) {
        uploads.push_back({part.filename, part.body});
      } else {
        set(wish, part.name, std::string(part.body), finds_faces);
      }
    }
  }
  if (uploads.size() > limits.max_pictures) {
    throw RequestError(413, "too_many_pictures",
                       fmt::format("expected at most {} pictures, found {}", limits.max_pictures, uploads.size()));
  }
  if (wish.why && uploads.size() > 1) {
    throw RequestError(400, "bad_parameter", fmt::format("why: expected one picture, found {}", uploads.size()));
  }
  if (uploads.empty() || (uploads.size() == 1 && uploads[0].bytes.empty())) {
    throw RequestError(400, "no_picture", "expected a picture: a PNG, JPEG, WebP, PGM or PPM file, found none");
  }
  return uploads;
}

Looked look_at(const Upload& upload, const Look& look, const Limits& limits) {
  try {
    if (!is_picture(upload.bytes)) {
      return refused(upload, 415, "no_picture_format",
                     shown(upload.name) + ": expected a PNG, JPEG, WebP, PGM or PPM picture, found something else");
    }
    Image image = decoded(upload, limits);
    Looked looked;
    looked.name = upload.name;
    looked.width = image.width;
    looked.height = image.height;
    if (look.find == nullptr) {
      const Box whole = {.left = 0, .top = 0, .width = image.width, .height = image.height};
      add_face(looked, look, {whole, whole, std::move(image)});
      return looked;
    }
    std::vector<ShownFace> faces = (*look.find)(image);
    if (faces.size() > limits.max_faces) faces.resize(limits.max_faces);
    for (const ShownFace& face : faces) add_face(looked, look, face);
    return looked;
  } catch (const TooManyPixels& error) {
    return refused(upload, 413, "too_many_pixels", error.what());
  } catch (const Error& error) {
    return refused(upload, 400, "bad_picture", error.what());
  } catch (const std::bad_alloc&) {
    return refused(upload, 503, "no_memory", shown(upload.name) + ": there is not enough memory for it now");
  }
}

}  // namespace fer::serve
