// fer-synth as a user runs it, and the fixtures made with it.
#include <sys/wait.h>

#include <cstdlib>
#include <iterator>

#include "fer/image.h"
#include "tests/data/csv_text.h"
#include "tests/support/paths.h"
#include "tools/synth/synthetic_faces.h"

namespace fer::test {
namespace {

class FerSynth : public ::testing::Test {
 protected:
  int run(const std::string& options, const std::string& before = "") const {
    const std::string command = before + " '" + fer::fer_synth() + "' " + options + " > '" + folder_.file("out") +
                                "' 2> '" + folder_.file("err") + "'";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string text(const std::string& name) const {
    std::ifstream file(folder_.file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string quoted(const std::string& name) const { return "'" + folder_.file(name) + "'"; }

  TemporaryFolder folder_;
};

TEST_F(FerSynth, WritesADataSetThatIsRead) {
  ASSERT_EQ(run("--out " + quoted("f.csv") + " --train 12 --public 3 --private 2 --seed 4"), 0) << text("err");
  const Dataset data = read_fer_csv(folder_.file("f.csv"));
  ASSERT_EQ(data.size(), 17);
  EXPECT_EQ(rows_with_usage(data, Usage::kTraining).size(), 12u);
  EXPECT_EQ(rows_with_usage(data, Usage::kPublicTest), (std::vector<int64_t>{12, 13, 14}));
  EXPECT_EQ(rows_with_usage(data, Usage::kPrivateTest), (std::vector<int64_t>{15, 16}));
  for (int64_t i = 0; i < 17; ++i) {
    const synthetic::Sample sample = synthetic::draw_sample(4, static_cast<uint32_t>(i));
    EXPECT_EQ(data.labels[static_cast<size_t>(i)], sample.label);
    EXPECT_TRUE(std::equal(sample.pixels.begin(), sample.pixels.end(), data.picture(i).begin()));
  }
}

TEST_F(FerSynth, WritesTheSameBytesWithAnyNumberOfThreads) {
  ASSERT_EQ(run("--out " + quoted("one.csv") + " --train 40 --public 0 --private 1", "OMP_NUM_THREADS=1"), 0);
  ASSERT_EQ(run("--out " + quoted("three.csv") + " --train 40 --public 0 --private 1", "OMP_NUM_THREADS=3"), 0);
  EXPECT_FALSE(text("one.csv").empty());
  EXPECT_EQ(text("one.csv"), text("three.csv"));
}

TEST_F(FerSynth, WritesPictures) {
  ASSERT_EQ(run("--pictures " + quoted("faces/png") + " --pictures-per-class 2"), 0) << text("err");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.file("faces/png"))) {
    const Image image = read_image(entry.path());
    EXPECT_EQ(image.height, 48);
    EXPECT_EQ(image.width, 48);
    EXPECT_EQ(image.channels, 1);
    ++files;
  }
  EXPECT_EQ(files, 14);
  EXPECT_TRUE(std::filesystem::exists(folder_.file("faces/png/surprise-2.png")));
}

TEST_F(FerSynth, TellsHelpAndVersion) {
  EXPECT_EQ(run("--help"), 0);
  EXPECT_NE(text("out").find("--private"), std::string::npos);
  EXPECT_EQ(run("--version"), 0);
  EXPECT_EQ(text("out").rfind("fer-synth ", 0), 0u);
}

TEST_F(FerSynth, EndsInStatus2WhereItIsCalledWrongly) {
  for (const std::string options : {"", "--nonsense", "--out", "--out x.csv --train many", "--out x.csv --seed -1",
                                    "--out x.csv operand", "--out x.csv --train 0 --public 0 --private 0"}) {
    EXPECT_EQ(run(options), 2) << options;
    EXPECT_EQ(text("err").rfind("fer-synth: ", 0), 0u) << text("err");
  }
}

TEST_F(FerSynth, EndsInStatus1WhereItCannotWrite) {
  EXPECT_EQ(run("--train 1 --public 0 --private 0 --out " + quoted("none/f.csv")), 1);
  EXPECT_NE(text("err").find("none/f.csv"), std::string::npos);
  folder_.write("file", "");
  EXPECT_EQ(run("--pictures " + quoted("file/faces")), 1);
}

TEST(Fixtures, HoldTheSameFaceInEveryForm) {
  const std::string folder = fer::source_dir() + "/data/fixtures/";
  const Dataset fer2013 = read_fer_csv(folder + "fer2013.csv"), icml = read_fer_csv(folder + "icml_face_data.csv");
  const Dataset train = read_fer_csv(folder + "train.csv"), test = read_fer_csv(folder + "test.csv", false);
  ASSERT_EQ(fer2013.size(), 3);
  for (const Dataset* data : {&icml, &train, &test}) {
    ASSERT_EQ(data->size(), 1);
    EXPECT_TRUE(std::equal(data->pixels.begin(), data->pixels.end(), fer2013.pixels.begin()));
  }
  EXPECT_EQ(icml.labels[0], fer2013.labels[0]);
  EXPECT_EQ(train.labels[0], fer2013.labels[0]);
  EXPECT_TRUE(test.labels.empty());
  EXPECT_EQ(fer2013.usage, (std::vector<Usage>{Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest}));
  EXPECT_EQ(icml.usage[0], Usage::kTraining);
  EXPECT_EQ(train.usage[0], Usage::kNone);
}

}  // namespace
}  // namespace fer::test
