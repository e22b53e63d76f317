// The pictures of a request, and what is shown of them to a model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fer/classifier.h"
#include "fer/explain.h"
#include "fer/vision.h"
#include "tools/serve/limits.h"
#include "tools/serve/message.h"

namespace fer::serve {

// A face as it is shown to a model: where it was found, what of the picture is shown, and that.
struct ShownFace {
  Box box, crop;  // in pixels of the picture, turned upright; a crop may reach out of it
  Image picture;
};

// The faces of a picture, the largest first. May be called from many threads.
using FindFaces = std::function<std::vector<ShownFace>(const Image&)>;

// What a request asks for.
struct Wish {
  std::string model;   // "" for the first
  bool faces = false;  // find faces; else the whole picture is one
  bool why = false;    // say what the model looks at
};

struct Upload {
  std::string name;  // as the sender named it; "" where it did not
  std::string_view bytes;
};

// Reads the parameters of the target and the pictures of the body, which must outlive them. `finds_faces`: whether
// faces can be found, which is then the default. Throws RequestError (400, 413, 415, 501).
Wish parse_wish(const Target& target, bool finds_faces);
std::vector<Upload> parse_uploads(const Head& head, std::string_view body, const Limits& limits, Wish& wish,
                                  bool finds_faces);

// What was made of one picture.
struct Looked {
  std::string name;
  int64_t width = 0, height = 0;
  std::vector<Box> boxes, crops;        // of the faces
  std::vector<Heatmap> maps;            // of them, where asked for: what the model looks at
  std::vector<uint8_t> inputs;          // of them, as the model takes them
  std::optional<RequestError> refused;  // then there is nothing else
};

// How a picture is looked at.
struct Look {
  const Classifier& classifier;
  const FindFaces* find = nullptr;       // none: the whole picture is one face
  const Explainer* explainer = nullptr;  // none: nothing is explained
};

// Decodes a picture, finds its faces, and fits them to the model's input.
Looked look_at(const Upload& upload, const Look& look, const Limits& limits);

}  // namespace fer::serve
