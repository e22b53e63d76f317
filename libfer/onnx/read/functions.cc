#include "onnx/read/functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <vector>

#include "fer/error.h"
#include "onnx/file/constant.h"

namespace fer::onnx_file {
namespace {

constexpr int kMaxDepth = 6;         // of a polynomial's nodes
constexpr size_t kMaxTried = 24;     // values that may be the x of a function
constexpr int kMaxNodesAfter = 8;    // from erf or tanh to the function's end
constexpr double kPrecision = 5e-4;  // of a file's numbers

// By the power of x.
constexpr size_t kPowers = 4;
using Polynomial = std::array<double, kPowers>;

bool is_near(const Polynomial& a, const Polynomial& b) {
  for (size_t i = 0; i < kPowers; ++i) {
    if (!(std::fabs(a[i] - b[i]) <= kPrecision * std::fabs(b[i]))) return false;
  }
  return true;
}

// No value where a power is beyond the last.
std::optional<Polynomial> product(const Polynomial& a, const Polynomial& b) {
  Polynomial y = {};
  for (size_t i = 0; i < kPowers; ++i) {
    for (size_t k = 0; k < kPowers; ++k) {
      const double term = a[i] * b[k];
      if (term == 0) continue;
      if (i + k >= kPowers) return {};
      y[i + k] += term;
    }
  }
  return y;
}

Polynomial sum(const Polynomial& a, const Polynomial& b, double factor) {
  Polynomial y = a;
  for (size_t i = 0; i < kPowers; ++i) y[i] += factor * b[i];
  return y;
}

bool is_number(const Polynomial& a) {
  return std::all_of(a.begin() + 1, a.end(), [](double v) { return v == 0; });
}

// 1 / a where a is a number other than 0.
std::optional<Polynomial> reciprocal(const Polynomial& a) {
  if (!is_number(a) || a[0] == 0) return {};
  return Polynomial{1 / a[0]};
}

bool is_arithmetic(const onnx::NodeProto& node) {
  const std::string& op = node.op_type();
  return (op == "Add" || op == "Sub" || op == "Mul" || op == "Div" || op == "Pow") && node.input_size() == 2;
}

// What a function is: its node, and where erf or tanh of `inside` is s, outside[0] + outside[1] * s.
struct Form {
  const char* root;
  Polynomial inside;
  std::array<Polynomial, 2> outside;
  const char* op;
  const char* approximate;  // or null
};
constexpr Polynomial kHalfX = {0, 0.5};
constexpr Form kGeluForm = {"Erf", {0, 0.70710678118654752}, {kHalfX, kHalfX}, "Gelu", "none"};
constexpr Form kGeluTanhForm = {
    "Tanh", {0, 0.79788456080286536, 0, 0.044715 * 0.79788456080286536}, {kHalfX, kHalfX}, "Gelu", "tanh"};
constexpr Form kMishForm = {"Tanh", {}, {Polynomial{}, Polynomial{0, 1}}, "Mish", nullptr};

class Joining {
 public:
  Joining(onnx::GraphProto& graph, ExternalData& external) : graph_(graph), external_(external) {
    for (const onnx::TensorProto& tensor : graph.initializer()) tensors_.emplace(tensor.name(), &tensor);
    for (int i = 0; i < graph.node_size(); ++i) {
      const onnx::NodeProto& node = graph.node(i);
      for (const std::string& output : node.output()) givers_.emplace(output, i);
      for (const std::string& input : node.input()) takers_[input].push_back(i);
    }
    for (const onnx::ValueInfoProto& output : graph.output()) takers_[output.name()].push_back(-1);
  }

  void join() {
    for (int i = 0; i < graph_.node_size(); ++i) {
      const onnx::NodeProto& node = graph_.node(i);
      if (node.input_size() != 1 || node.output_size() != 1) continue;
      if (node.op_type() == kGeluForm.root) join_where_polynomial(node, kGeluForm);
      if (node.op_type() != kMishForm.root) continue;
      const onnx::NodeProto* before = giver(node.input(0));
      if (before != nullptr && before->op_type() == "Softplus" && before->input_size() == 1) {
        join_at(node, before->input(0), kMishForm);
      } else {
        join_where_polynomial(node, kGeluTanhForm);
      }
    }
  }

 private:
  const onnx::NodeProto* giver(const std::string& value) const {
    const auto found = givers_.find(value);
    return found == givers_.end() ? nullptr : &graph_.node(found->second);
  }

  // A constant of one value, of the file or of a node.
  std::optional<double> number(const std::string& value) const {
    const onnx::TensorProto* tensor = nullptr;
    if (const auto found = tensors_.find(value); found != tensors_.end()) tensor = found->second;
    const onnx::NodeProto* node = giver(value);
    if (tensor == nullptr && node != nullptr && node->op_type() == "Constant" && node->attribute_size() == 1) {
      const onnx::AttributeProto& attribute = node->attribute(0);
      if (attribute.name() == "value_float") return attribute.f();
      if (attribute.name() == "value") tensor = &attribute.t();
    }
    if (tensor == nullptr) return {};
    for (const int64_t dim : tensor->dims()) {
      if (dim != 1) return {};
    }
    try {
      const Constant constant = constant_of(*tensor, external_);
      if (constant.size() == 1) return constant.real ? constant.float_at(0) : static_cast<double>(constant.int_at(0));
    } catch (const Error&) {  // (What is wrong with it is said where it is needed.)
    }
    return {};
  }

  std::optional<Polynomial> polynomial(const std::string& value, const std::string& x, int depth) const {
    if (value == x) return Polynomial{0, 1};
    if (const std::optional<double> constant = number(value)) return Polynomial{*constant};
    const onnx::NodeProto* node = giver(value);
    if (node == nullptr || depth == 0 || !is_arithmetic(*node)) return {};
    const std::optional<Polynomial> a = polynomial(node->input(0), x, depth - 1);
    if (!a) return {};
    const std::optional<Polynomial> b = polynomial(node->input(1), x, depth - 1);
    return b ? computed(node->op_type(), *a, *b) : std::nullopt;
  }

  static std::optional<Polynomial> computed(const std::string& op, const Polynomial& a, const Polynomial& b) {
    if (op == "Add") return sum(a, b, 1);
    if (op == "Sub") return sum(a, b, -1);
    if (op == "Mul") return product(a, b);
    if (op == "Div") {
      const std::optional<Polynomial> inverse = reciprocal(b);
      return inverse ? product(a, *inverse) : std::nullopt;
    }
    if (!is_number(b) || (b[0] != 2 && b[0] != 3)) return {};
    const std::optional<Polynomial> square = product(a, a);
    return b[0] == 2 || !square ? square : product(*square, a);
  }

  // The values that `value` is computed from by arithmetic, nearest first.
  std::vector<std::string> values_behind(const std::string& value) const {
    std::vector<std::string> found = {value};
    for (size_t i = 0; i < found.size(); ++i) {
      const onnx::NodeProto* node = giver(found[i]);
      if (node == nullptr || !is_arithmetic(*node)) continue;
      for (const std::string& input : node->input()) {
        const bool known = std::find(found.begin(), found.end(), input) != found.end();
        if (!known && found.size() < kMaxTried && !number(input)) found.push_back(input);
      }
    }
    return found;
  }

  void join_where_polynomial(const onnx::NodeProto& root, const Form& form) {
    for (const std::string& x : values_behind(root.input(0))) {
      const std::optional<Polynomial> inside = polynomial(root.input(0), x, kMaxDepth);
      if (inside && is_near(*inside, form.inside)) return join_at(root, x, form);
    }
  }

  // Goes on from the root's output s to the function's end.
  void join_at(const onnx::NodeProto& root, const std::string& x, const Form& form) {
    std::string value = root.output(0);
    std::array<Polynomial, 2> found = {Polynomial{}, Polynomial{1}};
    for (int step = 0; step < kMaxNodesAfter; ++step) {
      const auto takers = takers_.find(value);
      if (takers == takers_.end() || takers->second.size() != 1 || takers->second[0] < 0) return;
      onnx::NodeProto& node = *graph_.mutable_node(takers->second[0]);
      if (!is_arithmetic(node) || node.output_size() != 1 || !take_step(node, value, x, found)) return;
      value = node.output(0);
      if (is_near(found[0], form.outside[0]) && is_near(found[1], form.outside[1])) return replace(node, x, form);
    }
  }

  // True where the node makes another such expression in s of `found`, its input `value`.
  bool take_step(const onnx::NodeProto& node, const std::string& value, const std::string& x,
                 std::array<Polynomial, 2>& found) const {
    const bool first = node.input(0) == value;
    const std::optional<Polynomial> other = polynomial(node.input(first ? 1 : 0), x, kMaxDepth);
    if (!other) return false;
    const std::string& op = node.op_type();
    if (op == "Add") {
      found[0] = sum(found[0], *other, 1);
      return true;
    }
    const std::optional<Polynomial> factor = op == "Mul"            ? other
                                             : op == "Div" && first ? reciprocal(*other)
                                                                    : std::nullopt;
    if (!factor) return false;
    for (Polynomial& one : found) {
      const std::optional<Polynomial> y = product(one, *factor);
      if (!y) return false;
      one = *y;
    }
    return true;
  }

  void replace(onnx::NodeProto& node, const std::string& x, const Form& form) {
    node.set_op_type(form.op);
    node.clear_input();  // (x lies in another node, or in a copy)
    node.add_input(x);
    node.clear_attribute();
    if (form.approximate == nullptr) return;
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name("approximate");
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(form.approximate);
  }

  onnx::GraphProto& graph_;
  ExternalData& external_;
  std::unordered_map<std::string, const onnx::TensorProto*> tensors_;
  std::unordered_map<std::string, int> givers_;
  std::unordered_map<std::string, std::vector<int>> takers_;  // -1: the graph's output
};

}  // namespace

void join_functions(onnx::GraphProto& graph, ExternalData& external) { Joining(graph, external).join(); }

}  // namespace fer::onnx_file
