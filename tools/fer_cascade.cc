// fer-cascade: Viola-Jones cascades, from samples to a detector.
#include <string_view>

#include "tools/cascade/opencv_names.h"
#include "tools/cascade/verbs.h"

namespace fer {
namespace {

// What is run where the first word is no verb.
cli::Program overview() {
  return {.name = "fer-cascade",
          .operands = "samples|train|detect|evaluate",
          .purpose =
              "Trains cascades of Haar features in OpenCV's formats, and finds with them. `fer-cascade train "
              "--help`\nand so on say more.",
          .declare = [](cxxopts::Options&) {},
          .run = [](const cli::Arguments& arguments) -> int {
            if (arguments.operands().empty())
              throw cli::UsageError("expected one of samples, train, detect, evaluate, found none");
            throw cli::UsageError("expected one of samples, train, detect, evaluate, found " + arguments.operands()[0]);
          }};
}

using Make = cli::Program (*)();

Make program_of(std::string_view verb) {
  if (verb == "samples") return cli::cascade_samples_program;
  if (verb == "train") return cli::cascade_train_program;
  if (verb == "detect") return cli::cascade_detect_program;
  if (verb == "evaluate") return cli::cascade_evaluate_program;
  return nullptr;
}

int run(int argc, char** argv) {
  const Make make = argc > 1 ? program_of(argv[1]) : nullptr;
  if (make == nullptr) return cli::run(overview, argc, argv);
  std::vector<std::string> words = cli::without_opencv_names({argv + 2, argv + argc});
  std::vector<char*> pointers = {argv[0]};
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return cli::run(make, static_cast<int>(pointers.size()) - 1, pointers.data());
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::run(argc, argv); }
