// Which nodes have to be read, and in which order.
#include <functional>
#include <queue>
#include <unordered_map>

#include "onnx/read/reading.h"

namespace fer::onnx_file {
namespace {

// For each node those that give its inputs.
std::vector<std::vector<int>> givers_of(const onnx::GraphProto& graph) {
  std::unordered_map<std::string, int> giver_of;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& output : graph.node(i).output()) giver_of.emplace(output, i);
  }
  std::vector<std::vector<int>> givers(static_cast<size_t>(graph.node_size()) + 1);
  const auto add = [&](size_t node, const std::string& value) {
    const auto found = giver_of.find(value);
    if (found != giver_of.end()) givers[node].push_back(found->second);
  };
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& input : graph.node(i).input()) add(static_cast<size_t>(i), input);
  }
  for (const onnx::ValueInfoProto& output : graph.output()) add(givers.size() - 1, output.name());
  return givers;
}

std::vector<bool> needed(const std::vector<std::vector<int>>& givers) {
  std::vector<bool> is_needed(givers.size(), false);
  std::vector<size_t> open = {givers.size() - 1};  // stands for the graph's outputs
  while (!open.empty()) {
    const size_t node = open.back();
    open.pop_back();
    for (const int giver : givers[node]) {
      if (is_needed[static_cast<size_t>(giver)]) continue;
      is_needed[static_cast<size_t>(giver)] = true;
      open.push_back(static_cast<size_t>(giver));
    }
  }
  return is_needed;
}

}  // namespace

// (ONNX asks for this order, but keras2onnx did not keep it. Where nodes form a circle they stay as they are in the
// file, and the first of them is refused when it is read.)
std::vector<int> Reading::needed_nodes() const {
  const std::vector<std::vector<int>> givers = givers_of(graph_);
  const std::vector<bool> is_needed = needed(givers);
  const int count = graph_.node_size();
  std::vector<int> missing(static_cast<size_t>(count), 0), order;
  std::vector<std::vector<int>> takers(static_cast<size_t>(count));
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  std::vector<bool> placed(static_cast<size_t>(count), false);
  for (int i = 0; i < count; ++i) {
    if (!is_needed[static_cast<size_t>(i)]) continue;
    for (const int giver : givers[static_cast<size_t>(i)]) takers[static_cast<size_t>(giver)].push_back(i);
    missing[static_cast<size_t>(i)] = static_cast<int>(givers[static_cast<size_t>(i)].size());
    if (missing[static_cast<size_t>(i)] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    order.push_back(node);
    placed[static_cast<size_t>(node)] = true;
    for (const int taker : takers[static_cast<size_t>(node)]) {
      if (--missing[static_cast<size_t>(taker)] == 0) ready.push(taker);
    }
  }
  for (int i = 0; i < count; ++i) {
    if (is_needed[static_cast<size_t>(i)] && !placed[static_cast<size_t>(i)]) order.push_back(i);
  }
  return order;
}

}  // namespace fer::onnx_file
