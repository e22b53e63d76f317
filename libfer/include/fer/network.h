// A network is data: a list (or graph) of layer descriptions. No buffers, no code; shape inference, parameter counts,
// the summary and JSON are walks over it.
//
//   fer::Network net({48, 48, 1}, {"angry", "happy"});
//   net.add(fer::Conv2D{.filters = 32, .activation = fer::Activation::kRelu});
//   net.add(fer::MaxPool2D{});
//   net.add(fer::Flatten{});
//   net.add(fer::Dense{.units = 2, .activation = fer::Activation::kSoftmax});
//   std::cout << fer::summary(net);
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fer/activation.h"
#include "fer/export.h"
#include "fer/picture_size.h"
#include "fer/tensor.h"

namespace FER_PUBLIC fer {

// Padding around an image. valid: none. same: as many cells as make the output ceil(input / stride), an odd one at the
// bottom and right (Keras, TensorFlow). explicit: `cells` on every side (PyTorch).
struct Padding {
  enum class Kind { kValid, kSame, kExplicit };
  Kind kind = Kind::kValid;
  int64_t cells = 0;

  static Padding valid() { return {}; }
  static Padding same() { return {Kind::kSame, 0}; }
  static Padding on_each_side(int64_t cells) { return {Kind::kExplicit, cells}; }
  bool operator==(const Padding&) const = default;
};

// How a parameter is initialised. Glorot and He take fan-in and fan-out from the kernel's shape: fan-in = kh*kw*ci,
// fan-out = kh*kw*co; with groups of channels, fan-in = kh*kw*ci/groups and fan-out is the same, as in Keras.
//   glorot_uniform  U(-l, l), l = sqrt(6 / (fan-in + fan-out))     Glorot and Bengio 2010, eq. 16
//   glorot_normal   N(0, 2 / (fan-in + fan-out)), truncated at two standard deviations as Keras does
//   he_uniform      U(-l, l), l = sqrt(6 / fan-in)                 He et al. 2015, eq. 10
//   he_normal       N(0, 2 / fan-in), truncated likewise
//   constant a; random_uniform in [a, b); random_normal and truncated_normal with mean a and standard deviation b
struct Initializer {
  enum class Kind {
    kZeros,
    kOnes,
    kConstant,
    kGlorotUniform,
    kGlorotNormal,
    kHeUniform,
    kHeNormal,
    kRandomUniform,
    kRandomNormal,
    kTruncatedNormal
  };
  Kind kind = Kind::kZeros;
  float a = 0, b = 0;
  bool operator==(const Initializer&) const = default;
};

// Adds l1 * sum |w| + l2 * sum w^2 to the loss (Keras's convention: no factor 1/2).
struct Regularizer {
  float l1 = 0, l2 = 0;
  bool operator==(const Regularizer&) const = default;
};

using Pair = std::array<int64_t, 2>;  // {height, width}

// y[n,oh,ow,co] = f(bias[co] + sum x[n, oh*sh+kh*dh-ph, ow*sw+kw*dw-pw, ci] * kernel[kh,kw,ci,co]): a
// cross-correlation. A dilation {dh, dw} above 1 spreads the kernel: it sees as far as one of (k - 1) * d + 1 cells,
// which is also its size for the padding. With groups, inputs and filters fall into `groups` equal parts, in order:
// filters of part g see the channels of part g alone, and the kernel is [kh,kw,ci/groups,co].
struct Conv2D {
  int64_t filters = 0;
  Pair kernel = {3, 3};
  Pair strides = {1, 1};
  Padding padding = Padding::valid();
  Pair dilation = {1, 1};
  int64_t groups = 1;  // divides the channels of the input and the filters
  bool bias = true;
  Activation activation = Activation::kLinear;
  float alpha = 0;  // of leaky_relu, elu or hard_sigmoid (fer/activation.h); 0 means that function's default
  Initializer kernel_init = {Initializer::Kind::kGlorotUniform};
  Initializer bias_init = {};
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  bool operator==(const Conv2D&) const = default;
};

// Convolves each channel on its own: y[n,oh,ow,c*m+j] = f(bias[c*m+j] + sum x[n, oh*sh+kh-ph, ow*sw+kw-pw, c] *
// kernel[kh,kw,c,j]) with m = depth_multiplier filters per channel, 0 <= j < m.
struct DepthwiseConv2D {
  Pair kernel = {3, 3};
  Pair strides = {1, 1};
  Padding padding = Padding::valid();
  int64_t depth_multiplier = 1;
  bool bias = true;
  Activation activation = Activation::kLinear;
  float alpha = 0;
  Initializer kernel_init = {Initializer::Kind::kGlorotUniform};
  Initializer bias_init = {};
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  bool operator==(const DepthwiseConv2D&) const = default;
};

// A depthwise convolution without bias (depthwise_kernel [kh,kw,c,m]), then a 1x1 convolution of its outputs
// (pointwise_kernel [1,1,c*m,filters]), bias and f.
struct SeparableConv2D {
  int64_t filters = 0;
  Pair kernel = {3, 3};
  Pair strides = {1, 1};
  Padding padding = Padding::valid();
  int64_t depth_multiplier = 1;
  bool bias = true;
  Activation activation = Activation::kLinear;
  float alpha = 0;
  Initializer depthwise_init = {Initializer::Kind::kGlorotUniform};
  Initializer pointwise_init = {Initializer::Kind::kGlorotUniform};
  Initializer bias_init = {};
  Regularizer depthwise_regularizer = {};
  Regularizer pointwise_regularizer = {};
  Regularizer bias_regularizer = {};
  bool operator==(const SeparableConv2D&) const = default;
};

// y[n,u] = f(bias[u] + sum x[n,i] * kernel[i,u]). Input of rank 1 (after Flatten or a global pool).
struct Dense {
  int64_t units = 0;
  bool bias = true;
  Activation activation = Activation::kLinear;
  float alpha = 0;
  Initializer kernel_init = {Initializer::Kind::kGlorotUniform};
  Initializer bias_init = {};
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  bool operator==(const Dense&) const = default;
};

// Normalises over the last axis. Training: mean and biased variance of the batch; moving = momentum * moving + (1 -
// momentum) * batch, with the batch's biased variance too (Keras; PyTorch's running variance is unbiased and its
// momentum is 1 - this one). Inference: the moving moments. Ioffe and Szegedy 2015.
struct BatchNorm {
  float epsilon = 1e-3f;
  float momentum = 0.99f;
  bool operator==(const BatchNorm&) const = default;
};

struct ActivationLayer {
  Activation function = Activation::kRelu;
  float alpha = 0;
  bool operator==(const ActivationLayer&) const = default;
};

// y = x where x > 0, else alpha * x with a trained alpha (He et al. 2015, "Delving Deep into Rectifiers", eq. 1): one
// per channel, or without `shared` one for every value of a picture (Keras's PReLU without shared_axes). The slope of a
// leaky_relu is not trained.
struct PRelu {
  bool shared = true;
  Initializer alpha_init = {Initializer::Kind::kConstant, 0.25f};
  Regularizer alpha_regularizer = {};
  bool operator==(const PRelu&) const = default;
};

// Cells of the padding never win a max and are not counted in an average. strides {0, 0} means the pool's size.
struct MaxPool2D {
  Pair pool = {2, 2};
  Pair strides = {0, 0};
  Padding padding = Padding::valid();
  bool operator==(const MaxPool2D&) const = default;
};
struct AveragePool2D {
  Pair pool = {2, 2};
  Pair strides = {0, 0};
  Padding padding = Padding::valid();
  bool operator==(const AveragePool2D&) const = default;
};
// Pools over all rows and columns, to [c], or to [1, 1, c] with keepdims.
struct GlobalAveragePool2D {
  bool keepdims = false;
  bool operator==(const GlobalAveragePool2D&) const = default;
};
struct GlobalMaxPool2D {
  bool keepdims = false;
  bool operator==(const GlobalMaxPool2D&) const = default;
};

// Training: a share `rate` of the values becomes 0, the rest is scaled by 1 / (1 - rate). Inference: does nothing.
struct Dropout {
  float rate = 0.5f;
  bool operator==(const Dropout&) const = default;
};

// Flattens to rank 1, in height, width, channel order.
struct Flatten {
  bool operator==(const Flatten&) const = default;
};

// The same values in the same order: [n] or [h, w, c] with as many values as the input.
struct Reshape {
  Shape shape;
  bool operator==(const Reshape&) const = default;
};

// Adds two or more inputs of one shape.
struct Add {
  bool operator==(const Add&) const = default;
};

// Multiplies two or more inputs: each has the full shape [h, w, c], or [c] or [1, 1, c], which then scales the channels
// (squeeze-and-excite; Hu et al. 2018). At least one has the full shape.
struct Multiply {
  bool operator==(const Multiply&) const = default;
};

// Puts one or more inputs side by side along the last axis; their other extents must be equal.
struct Concat {
  bool operator==(const Concat&) const = default;
};

// Adds zeros on all four sides.
struct ZeroPad2D {
  int64_t pad = 1;
  bool operator==(const ZeroPad2D&) const = default;
};

// Cuts rows and columns off: as many as `rows` says above and below, `columns` left and right. At least one row and one
// column stay.
struct Crop2D {
  Pair rows = {0, 0};
  Pair columns = {0, 0};
  bool operator==(const Crop2D&) const = default;
};

// Repeats each cell: y[n, i, j, c] = x[n, i / size[0], j / size[1], c], divided with the remainder dropped (enlarging
// by the nearest cell).
struct UpSample2D {
  Pair size = {2, 2};
  bool operator==(const UpSample2D&) const = default;
};

// Resizes bilinearly, with half-pixel centres.
struct Resize {
  Pair size = {48, 48};
  bool operator==(const Resize&) const = default;
};

using LayerKind = std::variant<Conv2D, DepthwiseConv2D, SeparableConv2D, Dense, BatchNorm, ActivationLayer, PRelu,
                               MaxPool2D, AveragePool2D, GlobalAveragePool2D, GlobalMaxPool2D, Dropout, Flatten,
                               Reshape, Crop2D, UpSample2D, Add, Multiply, Concat, ZeroPad2D, Resize>;

struct Layer {
  std::string name;
  LayerKind kind;
  std::vector<std::string> inputs;  // names of layers, or "input"; empty means the layer before this one
  bool frozen = false;              // not trained; a frozen batch norm uses and keeps its moving moments
  bool operator==(const Layer&) const = default;
};

class Network {
 public:
  Network() = default;
  // input: [height, width, channels]
  explicit Network(Shape input_shape, std::vector<std::string> classes = {})
      : input(std::move(input_shape)), class_names(std::move(classes)) {}

  // Appends a layer; without a name it gets Keras's kind of name ("conv2d_1"). Returns *this.
  Network& add(LayerKind kind, std::string name = {}, std::vector<std::string> inputs = {});

  std::string name;
  Shape input;
  std::vector<std::string> class_names;  // in label order; may be empty where not known
  std::vector<Layer> layers;
  bool operator==(const Network&) const = default;
};

// What shape inference finds out about one layer. Shapes are without the batch.
struct LayerInfo {
  std::vector<int> inputs;  // indices of layers; -1 is the network's input
  Shape output;
  int64_t params = 0;
  int64_t trainable = 0;
  int64_t macs = 0;  // multiply-adds of one forward pass of one image; convolutions and dense layers only
};

// Returns one entry per layer, in order. Throws Error naming the layer: an unknown or later input, a kernel larger than
// its padded input, a shape that does not fit, zero filters, a duplicate name, a layer before the last whose output
// nobody takes, a number of class names that differs from the number of outputs; and on an empty network or absurd
// sizes.
std::vector<LayerInfo> infer(const Network& network);

struct Totals {
  int64_t params = 0, trainable = 0, macs = 0;
};
Totals totals(const Network& network);

// The number of outputs of the last layer.
int64_t class_count(const Network& network);

// The table that Keras prints, with the multiply-adds below.
std::string summary(const Network& network);

// The neutral JSON form (docs/network-format.md). `where` names the text in messages. Unknown layer types, fields of a
// wrong type, and a stated "output" or "params" that disagrees with inference are refused, naming the layer.
Network network_from_json(std::string_view text, const std::string& where);
std::string network_to_json(const Network& network);

// Takes the name of a network that comes with the library (see network_names), or the path of a JSON file. Its last
// layer has to give one number per class.
Network load_network(const std::string& name_or_path);
std::vector<std::string> network_names();

const char* layer_type_name(const LayerKind& kind);  // "conv2d", "batch_norm", ...
const char* activation_name(Activation activation);  // "relu", ...

// Returns the network with one output per name: the units of its last dense layer (or the filters of its last
// convolution) are changed where their number differs. Throws Error naming the layer where the network does not end in
// one.
Network with_classes(Network network, const std::vector<std::string>& class_names);

// Returns the network for pictures of another size, with the same parameters and classes. Throws Error naming the layer
// where that changes the shape of a parameter (a dense layer after a flatten) or where a layer does not take what it
// would be given: what takes pictures of any size has a global pool before its dense layers.
Network with_input_size(Network network, const PictureSize& size);

}  // namespace fer
