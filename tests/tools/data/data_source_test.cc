// Folders of pictures as DATA of the programs.
#include <algorithm>
#include <filesystem>

#include "fer/image.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

namespace fs = std::filesystem;

class Folders : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    for (int i = 0; i < 42; ++i) add_picture("pics/train", i);
    for (int i = 42; i < 56; ++i) add_picture("pics/val", i);
    for (int i = 56; i < 70; ++i) add_picture("pics/test", i);
  }

  static Image face(int row) {
    std::istringstream text(pixels_text(row % 7, row));
    Image image{48, 48, 1, {}};
    for (int value; text >> value;) image.pixels.push_back(static_cast<uint8_t>(value));
    return image;
  }
  void put(const std::string& name, const std::string& bytes) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  void add_picture(const std::string& folder, int row) const {
    static const char* kNames[] = {"Angry", "disgust", "fear", "happiness", "sad", "surprise", "neutral"};
    char name[32];
    std::snprintf(name, sizeof name, "/%04d.png", row);
    put(folder + "/" + kNames[row % 7] + name, encode_png(face(row)));
  }
};

TEST_F(Folders, TrainEvaluatePredictWithoutBeingTold) {
  const ToolResult r = run("fer-train pics --network net.json --epochs 3 --batch-size 7 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.err, "");
  EXPECT_NE(r.out.find("pics: train 42 (Training), validate 14 (PublicTest)"), std::string::npos) << r.out;
  const auto figures = json_lines(run("fer-eval run/best.safetensors pics --json").out).at(0);
  EXPECT_EQ(figures["split"], "PrivateTest");
  EXPECT_EQ(figures["count"], 14);
  const ToolResult predicted = run("fer-predict run/best.safetensors pics/test --json");
  ASSERT_EQ(predicted.status, 0) << predicted.err;
  EXPECT_EQ(json_lines(predicted.out).size(), 14u);
  EXPECT_EQ(json_lines(predicted.out).at(0)["file"], "pics/test/Angry/0056.png");
}

TEST_F(Folders, ATestPartWithoutClassesIsLeftOutAndSaidSo) {
  ASSERT_EQ(run("mv pics/test t && mkdir pics/test && mv t/*/*.png pics/test/").status, 0);
  const ToolResult r = run("fer-train pics --network net.json --epochs 1 --batch-size 7 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(
      r, "fer-train",
      "pics/test: 14 pictures without folders of classes, and so without labels, left out (fer-predict "
      "reads them)");
}

TEST_F(Folders, LimitTakesPicturesOfEveryClass) {
  const ToolResult r = run("fer-train pics --network net.json --epochs 1 --limit 14 --validation-split 0.2 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("pics: --limit 14: pictures of random 80 % taken evenly from all 7 classes\n"),
            std::string::npos)
      << r.err;
  // The curves' page counts the classes: 2 of each.
  EXPECT_NE(r.out.find("train 14 (random 80 %), validate 11 (random 20 %)"), std::string::npos) << r.out;
  // A run that the first version began took the first pictures; it is resumed with these.
  auto json = nlohmann::json::parse(read_text(path("run/run.json")));
  json["data"].erase("limit");
  write("run/run.json", json.dump());
  expect_one_line_error(run("fer-train --resume --epochs 2 --quiet --out run"), "fer-train", "was made by another run");
}

TEST_F(Folders, GiveTheWeightsThatTheSamePicturesGiveInAnyForm) {
  // Rows of a CSV file in the folder's order: by split, class and name.
  std::string csv = "emotion,pixels,Usage\n";
  const auto add = [&](int begin, int end, const std::string& usage) {
    for (int label = 0; label < 7; ++label) {
      for (int row = begin; row < end; ++row) {
        if (row % 7 == label) csv += std::to_string(label) + "," + pixels_text(label, row) + "," + usage + "\n";
      }
    }
  };
  add(0, 42, "Training");
  add(42, 56, "PublicTest");
  add(56, 70, "PrivateTest");
  write("sorted.csv", csv);
  const std::string options = " --network net.json --epochs 2 --batch-size 7 --quiet --out ";
  ASSERT_EQ(run("fer-train pics --threads 1" + options + "a").status, 0);
  ASSERT_EQ(run("fer-train pics --threads 2" + options + "b").status, 0);
  ASSERT_EQ(run("fer-train sorted.csv" + options + "c").status, 0);
  EXPECT_TRUE(read_text(path("a/best.safetensors")) == read_text(path("b/best.safetensors")));
  EXPECT_TRUE(read_text(path("a/best.safetensors")) == read_text(path("c/best.safetensors")));
}

TEST_F(Folders, HoldOutAPartOfTrainWhereThereIsNoValidation) {
  fs::remove_all(path("pics/val"));
  const ToolResult r = run("fer-train pics --network net.json --epochs 1 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("no folder for validation: validating on a random 10 % of the pictures\n"), std::string::npos)
      << r.err;
  EXPECT_NE(r.err.find("fer-train: pics: random 10 % has no picture of "), std::string::npos) << r.err;
  EXPECT_NE(r.out.find("train 38 (random 90 %), validate 4"), std::string::npos) << r.out;
  EXPECT_EQ(run("fer-train pics --network net.json --split official --out other").status, 1);
}

TEST_F(Folders, OfClassesAloneAreSplitAtRandom) {
  fs::rename(path("pics/train"), path("flat"));
  const ToolResult r = run("fer-train flat --network net.json --epochs 1 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("train 38 (random 90 %), validate 4"), std::string::npos) << r.out;
}

TEST_F(Folders, BadPicturesAreCountedAndNamedOrLeftOut) {
  put("pics/train/fear/0001.jpg", "no picture");
  put("pics/val/sad/zz.png", "");
  put("pics/val/sad/animation.gif", "GIF89a");
  fs::create_symlink("nowhere.png", path("pics/test/sad/link.png"));
  const ToolResult refused = run("fer-train pics --network net.json --epochs 1 --out run");
  EXPECT_EQ(refused.status, 1);
  expect_one_line_error(refused, "fer-train", "pics: 4 of 74 pictures cannot be read (--skip-bad leaves them out)");
  EXPECT_NE(refused.err.find("pics/train/fear/0001.jpg: expected a PNG"), std::string::npos) << refused.err;
  EXPECT_FALSE(exists("run"));
  const ToolResult r = run("fer-train pics --skip-bad --network net.json --epochs 1 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  for (const char* name : {"pics/train/fear/0001.jpg: left out", "pics/val/sad/zz.png: left out: expected",
                           "pics/val/sad/animation.gif", "pics/test/sad/link.png", "pictures left out: 4, read: 70"}) {
    EXPECT_NE(r.err.find(name), std::string::npos) << name << " in " << r.err;
  }
  EXPECT_EQ(run("fer-eval run/best.safetensors pics").status, 1);
  EXPECT_EQ(run("fer-eval run/best.safetensors pics --skip-bad").status, 0);
  EXPECT_EQ(run("fer-predict run/best.safetensors pics").status, 1);
  const ToolResult predicted = run("fer-predict run/best.safetensors pics --skip-bad --json");
  EXPECT_EQ(predicted.status, 0);
  EXPECT_EQ(json_lines(predicted.out).size(), 70u);
  const ToolResult none = run("fer-predict run/best.safetensors pics/train/fear/0001.jpg --skip-bad");
  EXPECT_EQ(none.status, 1);
  EXPECT_NE(none.err.find("no picture could be read"), std::string::npos) << none.err;
  fs::create_directory(path("only"));
  fs::rename(path("pics/test"), path("only/test"));
  const ToolResult test_alone = run("fer-train only --skip-bad --network net.json --epochs 1 --out only_run");
  EXPECT_EQ(test_alone.status, 1);
  EXPECT_NE(test_alone.err.find("only: expected pictures to train on, found none"), std::string::npos)
      << test_alone.err;
}

TEST_F(Folders, LinksAreFollowedAndWhatIsNoPictureIsPassedOver) {
  put("pics/train/sad/Thumbs.db", "x");
  put("pics/train/sad/.DS_Store", "x");
  put("pics/train/sad/._0004.png", "x");
  put("pics/.hidden/notes.txt", "x");
  put("pics/readme.txt", "x");
  fs::rename(path("pics/val"), path("elsewhere"));
  fs::create_directory_symlink("../elsewhere", path("pics/Validation"));
  fs::create_symlink("../sad/0004.png", path("pics/train/fear/link.png"));
  const ToolResult r = run("fer-train pics --network net.json --epochs 1 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-train", "pics: files that are no pictures, passed over: 2");
  EXPECT_NE(r.out.find("train 43 (Training), validate 14 (PublicTest)"), std::string::npos) << r.out;
}

TEST_F(Folders, OfAnotherFormAreRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"mkdir empty", "empty: expected pictures in FOLDER/CLASS or FOLDER/train/CLASS, found none"},
      {"mkdir -p mixed/train/sad mixed/others", "mixed/others: expected folders named train, val and test beside"},
      {"mkdir -p deep/sad/more", "deep/sad/more: expected pictures in the folder of a class, found a folder"},
      {"mkdir -p none/sad none/fear", "found none"}};
  for (const auto& [command, message] : cases) {
    const std::string folder = message.substr(0, message.find_first_of(":/"));
    const ToolResult r = run(command + " && fer-train " + (folder == "found none" ? "none" : folder) + " --out x");
    EXPECT_EQ(r.status, 1);
    expect_one_line_error(r, "fer-train", message);
  }
}

TEST_F(Folders, ClassesOfOtherNamesComeSorted) {
  for (const char* name : {"zebra", "Apple", "mango"}) {
    for (int i = 0; i < 12; ++i)
      put(std::string("fruit/") + name + "/" + std::to_string(i) + ".png", encode_png(face(i)));
  }
  const ToolResult wrong = run("fer-train fruit --network net.json --out run");
  EXPECT_EQ(wrong.status, 1);
  expect_one_line_error(wrong, "fer-train",
                        "fruit: 3 classes (Apple, mango, zebra), but network tiny has 7 outputs: --classes "
                        "Apple,mango,zebra gives it 3");
  const ToolResult r = run("fer-train fruit --network net.json --classes Apple,mango,zebra --epochs 1 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto figures = json_lines(run("fer-eval run/best.safetensors fruit --json").out).at(0);
  EXPECT_EQ(figures["classes"].size(), 3u) << figures;
}

TEST_F(Folders, ColourNetworksTakeGreyAndColourOfAnySize) {
  write("colour.json", R"({"name": "colour", "input": [30, 20, 3], "layers": [
    {"name": "conv", "type": "conv2d", "filters": 4, "kernel": [3, 3], "strides": [1, 1], "padding": "valid",
     "bias": true, "activation": "relu"},
    {"name": "gap", "type": "global_avg_pool2d"},
    {"name": "out", "type": "dense", "units": 7, "activation": "softmax"}]})");
  put("pics/train/sad/colour.png", encode_png(with_channels(resized(face(4), 96, 64), 3)));
  const ToolResult folder = run("fer-train pics --network colour.json --epochs 1 --out a");
  ASSERT_EQ(folder.status, 0) << folder.err;
  const ToolResult csv = run("fer-train faces.csv --network colour.json --epochs 1 --flip --rotate 5 --out b");
  ASSERT_EQ(csv.status, 0) << csv.err;
  EXPECT_EQ(run("fer-eval b/best.safetensors faces.csv").status, 0);
  const auto a = json_lines(run("fer-predict b/best.safetensors --json pics/test").out);
  EXPECT_EQ(a.size(), 14u);
}

}  // namespace
}  // namespace fer::test
