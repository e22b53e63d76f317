// What a network looks at: Grad-CAM, occlusion, and the values of any of its layers.
//
//   const fer::Explainer explainer(model);
//   const fer::Explanation why = explainer.grad_cam(fer::read_image("face.jpg"));
//   fer::Image picture = fer::with_heat(fer::read_image("face.jpg"), why.map);
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/image.h"
#include "fer/model.h"
#include "fer/tensor.h"

namespace FER_PUBLIC fer {

// A number for every cell of a grid that covers a picture, the first at the top left.
struct Heatmap {
  int64_t height = 0, width = 0;
  std::vector<float> values;  // [height, width]
  float largest() const;      // of the values; 0 where none is above 0
};

// Resizes bilinearly, with half-pixel centres, as pictures are enlarged (fer/image.h). Throws Error on a size below 1.
Heatmap resized(const Heatmap& map, int64_t height, int64_t width);

// The picture in grey with the map over it, in RGB: from dark violet over orange to yellow, which people with colour
// blindness can tell apart, and the more see-through the lower. Values from 0 to `largest` are shown (0: to the map's
// largest); those below 0 as 0. The map is resized to the picture.
Image with_heat(const Image& picture, const Heatmap& map, float largest = 0);

// Why a model finds a class in a picture.
struct Explanation {
  int index = 0;  // of the class that is explained
  // What the network gives this class before its softmax (or before its sigmoids).
  double score = 0;
  std::vector<float> probabilities;  // of all classes, as Predictor gives them
  Heatmap map;                       // over a picture as the model takes it: of height() x width()
};

// The values of a layer for one picture, and the gradient of a class's score by each of them.
struct LayerGradient {
  int index = 0;
  double score = 0;
  Tensor values, gradient;  // of the layer's output, [h, w, c] or [n]
};

struct OcclusionOptions {
  // Side of the square that is laid over the picture, and by how much it is moved, in pixels; 0: a sixth of the
  // picture's shorter side, and a quarter of the square's.
  int64_t size = 0, stride = 0;
};

// Asks one model about single pictures. Immutable: every const member may be called from many threads at once. A model
// in 8-bit integers is explained by the same weights in floats.
class Explainer {
 public:
  static constexpr int kMostProbable = -1;  // the class that the model finds most probable

  // `layer` is what Grad-CAM looks at: the name of a layer whose output has rows and columns. Empty: the last one whose
  // output is of the size of the last convolution's that has more than one cell (so with its norm and activation, and
  // before a pool). Copies what it needs of the model. Throws Error where there is no such layer, and for a model that
  // takes landmarks.
  explicit Explainer(const Model& model, const std::string& layer = {});
  ~Explainer();
  Explainer(Explainer&&) noexcept;
  Explainer& operator=(Explainer&&) noexcept;

  // The size of a picture as the model takes it (picture_shape, fer/model.h).
  int64_t height() const;
  int64_t width() const;
  int64_t channels() const;
  const std::string& layer() const;

  // Gradient-weighted class activation mapping (Selvaraju et al. 2017, arXiv 1610.02391, equations 1 and 2): of the
  // layer's maps A_k the sum of w_k A_k, cut off at 0, where w_k is the mean over the map's cells of the gradient of
  // the class's score by A_k. The map is resized to the network's input; where a model sees only the centre of a
  // picture, it is 0 outside of that. pixels [height, width, channels] of 0 to 255, or a picture of any size, which is
  // fitted
  // (`fitted`, fer/image.h). `index`: of the class. Throws Error on sizes that do not fit and on a class that the model
  // does not have.
  Explanation grad_cam(std::span<const uint8_t> pixels, int index = kMostProbable) const;
  Explanation grad_cam(const Image& picture, int index = kMostProbable) const;

  // How much of the class's probability is lost when a square of the picture's mean colour covers a place (Zeiler and
  // Fergus 2014, arXiv 1311.2901, section 4.2). Each pixel's value is the mean over the squares that cover it, from -1
  // to 1: above 0 where the model found something that speaks for the class. One question to the model for each place
  // of the square.
  Explanation occlusion(std::span<const uint8_t> pixels, int index = kMostProbable,
                        const OcclusionOptions& options = {}) const;
  Explanation occlusion(const Image& picture, int index = kMostProbable, const OcclusionOptions& options = {}) const;

  // What Grad-CAM is made of, for methods of one's own.
  LayerGradient gradient(std::span<const uint8_t> pixels, int index = kMostProbable) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The gradient of a class's score by the output of any layer, or by the network's input ("input"), for an input that is
// preprocessed already. (Of the last layer: by the scores.) Throws Error on a layer that the network does not have, on
// another size than the network's input, and on a class that it does not have.
LayerGradient layer_gradient(const Model& model, const std::string& layer, std::span<const float> input, int index);

// What a layer gives for a picture, in inference: [h, w, c] or [n]. Throws Error as Explainer does.
Tensor layer_output(const Model& model, const std::string& layer, const Image& picture);

}  // namespace fer
