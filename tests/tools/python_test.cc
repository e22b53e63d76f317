// A model file needs nothing of ours to be read in Python (docs/model-format.md).
#include "fer/model.h"
#include "tests/support/paths.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class Python : public ToolTest {
 protected:
  void expect_same(const std::string& file) const;
};

void Python::expect_same(const std::string& file) const {
  const ToolResult r = run("python3 '" + fer::source_dir() + "/tests/io/read_safetensors.py' " + file);
  ASSERT_EQ(r.status, 0) << r.err;
  const auto read = nlohmann::json::parse(r.out);
  const Model model = load_model(path(file));
  EXPECT_EQ(read["metadata"]["format"], "fer-model");
  EXPECT_EQ(nlohmann::json::parse(read["metadata"]["class_names"].get<std::string>()), model.network.class_names);
  EXPECT_EQ(read["metadata"]["checksum"], read["checksum"]);
  EXPECT_EQ(read["tensors"].size(), model.weights.layout.parameters.size());
  for (const Parameter& parameter : model.weights.layout.parameters) {
    SCOPED_TRACE(parameter.name);
    const auto& tensor = read["tensors"][parameter.name];
    const auto values = model.weights.of(parameter);
    double sum = 0;
    for (const float value : values) sum += value;
    EXPECT_EQ(tensor["shape"].get<std::vector<int64_t>>(), parameter.shape.dims());
    EXPECT_EQ(tensor["first"].get<float>(), values.front());
    EXPECT_EQ(tensor["last"].get<float>(), values.back());
    EXPECT_NEAR(tensor["sum"].get<double>(), sum, 1e-9);
  }
}

TEST_F(Python, ReadsAModelFileWithJsonAndStructAlone) {
  train_small_model();
  expect_same("run/best.safetensors");
  ASSERT_EQ(run("fer-convert run/best.safetensors --storage bf16 --out bf16.safetensors").status, 0);
  expect_same("bf16.safetensors");
}

}  // namespace
}  // namespace fer::test
