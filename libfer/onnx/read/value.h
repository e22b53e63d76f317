// What is known of a value of a graph while the graph is read.
#pragma once

#include <optional>
#include <string>

#include "fer/model.h"
#include "io/preprocessing.h"
#include "onnx/file/constant.h"

namespace fer::onnx_file {

// What a graph computes from its input, in libfer's terms.
struct Value {
  enum class Axes {
    kUndecided,      // the graph's input, until something tells which axis has the channels
    kChannelsFirst,  // [n, c, h, w]
    kChannelsLast,   // [n, h, w, c], or [n, k, c] as a picture of k rows of one pixel: rank 3
    kFlat            // [n, k], or [n, k, 1, 1] or [n, k, 1] after a global pool
  };
  // Half of what libfer has a layer for: the next node has to be the other half.
  enum class Half {
    kNone,
    kRepeated,  // each channel's number over a picture, to be multiplied; numbers: extents in the file
    kMean,      // over height or width, to be followed by that over the other; numbers: the axis, 1 where it is kept
    kPadded,    // with zeros, before a convolution; numbers: top, left, bottom, right
    kMerged,    // the pixels of all pictures below one another, [n * h * w, c]; to be reshaped back
    kLog        // of probabilities, with which a graph may end
  };
  Axes axes = Axes::kUndecided;
  int layer = -1;        // that gives it, or -1 for the network's input
  Shape shape = {};      // libfer's: [h, w, c] or [k]; of an undecided one the file's without the batch
  size_t rank = 4;       // in the file, with the batch
  Shape flattened = {};  // [h, w, c] of the picture that lies flat in the file's order [c, h, w]; else of rank 0
  Preprocessing scaled = {1, 0};  // of the graph's input: what was done to it
  // The same of its first channel, also where each channel has its own numbers; missing after any other layer.
  std::optional<Preprocessing> first_channel = Preprocessing{1, 0};
  bool shared = false;  // more than one node takes it
  Half half = Half::kNone;
  Dims numbers = {};  // of the half

  bool is_picture() const { return axes == Axes::kChannelsFirst || axes == Axes::kChannelsLast; }
  bool is_flat() const { return axes == Axes::kFlat; }
};

// A value's extents in the file, without the batch.
Dims file_dims(const Value& x);

// Where element i of a flat value lies in the file's order (see Value::flattened).
int64_t file_index(const Shape& flattened, int64_t i);

using io::after;

// True where a graph that does this to its input takes pixels of 0 to 255: it moves another number than one of -1 to 1
// to 0, or makes numbers smaller. (Where the mean of a data set is a fraction, so were its pixels.)
bool takes_pixels(const Preprocessing& scaled);

// A value's axes and extents in the file, as messages have them: "[n, c, h, w] of [3, 48, 48]".
std::string shown_axes(const Value& x);

// What the node after such a value has to be.
const char* other_half(Value::Half half);

}  // namespace fer::onnx_file
