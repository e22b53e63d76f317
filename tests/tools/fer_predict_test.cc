#include <fmt/format.h>

#include "fer/image.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FerPredict : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    train_small_model();
    write_bytes("face.pgm", "P5\n48 48\n255\n" + pixels_of(0));
    Image face{48, 48, 1, std::vector<uint8_t>(2304)};
    const std::string pixels = pixels_of(0);
    std::copy(pixels.begin(), pixels.end(), face.pixels.begin());
    write_bytes("face.png", encode_png(face));
    write_bytes("rgb.png", encode_png(with_channels(face, 3)));
  }

  void write_bytes(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

  // A row of faces.csv as bytes.
  static std::string pixels_of(int row) {
    std::istringstream text(pixels_text(row % 7, row));
    std::string bytes;
    for (int value; text >> value;) bytes.push_back(static_cast<char>(value));
    return bytes;
  }
};

TEST_F(FerPredict, PrintsOneLineAPicture) {
  const ToolResult r = run("fer-predict run/best.safetensors face.pgm face.png");
  ASSERT_EQ(r.status, 0) << r.err;
  std::istringstream lines(r.out);
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_TRUE(first.starts_with("face.pgm: ")) << r.out;
  EXPECT_TRUE(first.ends_with(" %")) << r.out;
  EXPECT_EQ(second.substr(10), first.substr(10));
}

TEST_F(FerPredict, PrintsOneLineAPictureWhateverItsName) {
  std::filesystem::rename(path("face.png"), path("new\nline\x1b.png"));
  const ToolResult r = run("fer-predict run/best.safetensors *.png");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '\n'), 2) << r.out;
  EXPECT_NE(r.out.find("new?line?.png: "), std::string::npos) << r.out;
}

TEST_F(FerPredict, TheSamePixelsGetTheSameAnswerFromEveryKindOfFile) {
  const ToolResult r = run("fer-predict run/best.safetensors --json face.pgm face.png rgb.png faces.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto answers = json_lines(r.out);
  ASSERT_EQ(answers.size(), 3u + 70u);
  for (const size_t i : {1, 2, 3}) EXPECT_EQ(answers[i]["probabilities"], answers[0]["probabilities"]) << i;
  EXPECT_EQ(answers[0]["file"], "face.pgm");
  EXPECT_FALSE(answers[0].contains("row"));
  EXPECT_EQ(answers[3]["file"], "faces.csv");
  EXPECT_EQ(answers[3]["row"], 0);
  EXPECT_EQ(answers[72]["row"], 69);
}

TEST_F(FerPredict, ViewsAreAveragedAndStated) {
  const auto plain = json_lines(run("fer-predict run/best.safetensors --json face.png").out).at(0);
  EXPECT_FALSE(plain.contains("views"));
  const ToolResult r = run("fer-predict run/best.safetensors --json --views shifts+flip --view-mean logits face.png");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.err, "fer-predict: views shifts+flip (10 views of each picture, the mean of their logits)\n");
  const auto answer = json_lines(r.out).at(0);
  EXPECT_EQ(answer["views"], "shifts+flip");
  EXPECT_EQ(answer["view_count"], 10);
  EXPECT_EQ(answer["view_mean"], "logits");
  EXPECT_NE(answer["probabilities"], plain["probabilities"]);
  EXPECT_EQ(run("fer-predict run/best.safetensors --flip face.png").out,
            run("fer-predict run/best.safetensors --views flip face.png").out);
  const ToolResult refused = run("fer-predict run/best.safetensors --views ten face.png");
  EXPECT_EQ(refused.status, 1);
  expect_one_line_error(refused, "fer-predict", "run/best.safetensors: views ten: expected a model that stores a size");
}

TEST_F(FerPredict, TopOrdersTheClassesByProbability) {
  const auto answer = json_lines(run("fer-predict run/best.safetensors --json --top 3 face.png").out).at(0);
  ASSERT_EQ(answer["top"].size(), 3u);
  EXPECT_EQ(answer["top"][0]["label"], answer["label"]);
  EXPECT_EQ(answer["top"][0]["probability"], answer["probability"]);
  EXPECT_GE(answer["top"][0]["probability"], answer["top"][1]["probability"]);
  EXPECT_GE(answer["top"][1]["probability"], answer["top"][2]["probability"]);
  double sum = 0;
  for (const auto& p : answer["probabilities"]) sum += p.get<double>();
  EXPECT_NEAR(sum, 1, 7e-7);
  const std::string line = run("fer-predict run/best.safetensors --top 99 face.png").out;
  EXPECT_EQ(std::count(line.begin(), line.end(), ','), 6) << line;
}

TEST_F(FerPredict, ResizesPicturesToTheNetworksInput) {
  write_bytes("large.pgm", "P5\n96 96\n255\n" + std::string(96 * 96, '\x40'));
  write_bytes("exact.pgm", "P5\n48 48\n255\n" + std::string(48 * 48, '\x40'));
  const auto answers = json_lines(run("fer-predict run/best.safetensors --json large.pgm exact.pgm").out);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0]["probabilities"], answers[1]["probabilities"]);
}

TEST_F(FerPredict, WritesASubmissionOfOneLabelALine) {
  write("test.csv", "pixels\n\"" + pixels_text(0, 0) + "\"\n\"" + pixels_text(3, 3) + "\"\n");
  const ToolResult r = run("fer-predict run/best.safetensors test.csv --csv out.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.out, "2 labels written to out.csv\n");
  const auto answers = json_lines(run("fer-predict run/best.safetensors test.csv --json").out);
  std::string expected;
  for (const auto& answer : answers) expected += std::to_string(answer["index"].get<int>()) + "\n";
  EXPECT_EQ(read_text(path("out.csv")), expected);
}

// The mean of what the commands say of every picture.
std::vector<std::vector<double>> mean_of(const std::vector<nlohmann::json>& a, const std::vector<nlohmann::json>& b) {
  std::vector<std::vector<double>> means;
  for (size_t i = 0; i < a.size(); ++i) {
    std::vector<double>& mean = means.emplace_back();
    for (size_t k = 0; k < a[i]["probabilities"].size(); ++k) {
      mean.push_back((a[i]["probabilities"][k].get<double>() + b[i]["probabilities"][k].get<double>()) / 2);
    }
  }
  return means;
}

void expect_probabilities(const std::vector<nlohmann::json>& answers,
                          const std::vector<std::vector<double>>& expected) {
  ASSERT_EQ(answers.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    for (size_t k = 0; k < expected[i].size(); ++k) {
      EXPECT_NEAR(answers[i]["probabilities"][k].get<double>(), expected[i][k], 1e-6) << i << " " << k;
    }
  }
}

TEST_F(FerPredict, SeveralModelsAreTakenAsOne) {
  const std::string train = "fer-train faces.csv --network net.json --batch-size 7 --quiet --epochs ";
  ASSERT_EQ(run(train + "2 --seed 7 --out other").status, 0);
  const auto a = json_lines(run("fer-predict run/best.safetensors faces.csv --json").out);
  const auto b = json_lines(run("fer-predict other/best.safetensors faces.csv --json").out);
  EXPECT_NE(a[0]["probabilities"], b[0]["probabilities"]);
  const std::string both = "fer-predict run/best.safetensors other/best.safetensors ";
  const auto mean = json_lines(run(both + "faces.csv --json").out);
  ASSERT_EQ(mean.size(), 70u);
  expect_probabilities(mean, mean_of(a, b));
  const auto vote = json_lines(run(both + "other/best.safetensors faces.csv --json --vote").out);
  ASSERT_EQ(vote.size(), 70u);
  for (size_t i = 0; i < vote.size(); ++i) EXPECT_EQ(vote[i]["index"], b[i]["index"]) << i;
  EXPECT_EQ(run(both).status, 2);
  EXPECT_EQ(run("fer-predict run/best.safetensors face.png --vote").status, 2);
}

TEST_F(FerPredict, ModelsThatDifferAreRefused) {
  nlohmann::json network = nlohmann::json::parse(read_text(path("net.json")));
  std::swap(network["class_names"][0], network["class_names"][1]);
  write("other.json", network.dump());
  ASSERT_EQ(run("fer-train faces.csv --network other.json --epochs 1 --batch-size 7 --out other --quiet").status, 0);
  const ToolResult r = run("fer-predict run/best.safetensors other/best.safetensors face.png");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-predict", "other/best.safetensors: expected classes 7 (angry, disgust,");
}

TEST_F(FerPredict, FlipAveragesInTheMirrorImage) {
  std::string mirrored = pixels_of(0);
  for (size_t row = 0; row < 48; ++row) std::reverse(mirrored.begin() + row * 48, mirrored.begin() + (row + 1) * 48);
  write_bytes("mirrored.pgm", "P5\n48 48\n255\n" + mirrored);
  const auto a = json_lines(run("fer-predict run/best.safetensors face.pgm --json").out);
  const auto b = json_lines(run("fer-predict run/best.safetensors mirrored.pgm --json").out);
  EXPECT_NE(a[0]["probabilities"], b[0]["probabilities"]);
  for (const std::string file : {"face.pgm", "mirrored.pgm"}) {
    expect_probabilities(json_lines(run("fer-predict run/best.safetensors --flip --json " + file).out), mean_of(a, b));
  }
}

// Whatever the model's own order is.
TEST_F(FerPredict, ASubmissionHasTheNumbersOfTheContest) {
  nlohmann::json network = nlohmann::json::parse(read_text(path("net.json")));
  network["class_names"] = {"happiness", "neutral"};
  network["classes"] = 2;
  network["layers"].back()["units"] = 2;
  write("two.json", network.dump());
  const std::string train = "fer-train faces.csv --epochs 1 --batch-size 7 --quiet --network two.json ";
  ASSERT_EQ(run(train + "--classes happy,neutral --out two").status, 0);
  const auto answers = json_lines(run("fer-predict two/best.safetensors faces.csv --json").out);
  ASSERT_EQ(run("fer-predict two/best.safetensors faces.csv --csv out.csv").status, 0);
  std::string expected;
  for (const auto& answer : answers) expected += answer["index"] == 0 ? "3\n" : "6\n";
  EXPECT_EQ(read_text(path("out.csv")), expected);
  ASSERT_EQ(run(train + "--classes mixed=happy+sad,neutral --out mixed").status, 0);
  // Its own classes have no numbers there: a table.
  const ToolResult r = run("fer-predict mixed/best.safetensors faces.csv --csv mixed.csv");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.out, "a table of 70 pictures written to mixed.csv\n");
  EXPECT_TRUE(read_text(path("mixed.csv")).starts_with("file,row,label,mixed,neutral\nfaces.csv,0,"));
}

TEST_F(FerPredict, WritesATableOfFiles) {
  std::filesystem::create_directory(path("faces"));
  for (const char* name : {"a.pgm", "b, \"c\".pgm"}) {
    write(std::string("faces/") + name, "P5\n48 48\n255\n" + std::string(48 * 48, *name == 'a' ? '@' : ' '));
  }
  const ToolResult r = run("fer-predict run/best.safetensors faces --csv out.csv");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.out, "a table of 2 pictures written to out.csv\n");
  std::string expected = "file,label,angry,disgust,fear,happy,sad,surprise,neutral\n";
  for (const auto& answer : json_lines(run("fer-predict run/best.safetensors faces --json").out)) {
    const std::string file = answer["file"];
    expected += file == "faces/a.pgm" ? file : "\"faces/b, \"\"c\"\".pgm\"";
    expected += "," + answer["label"].get<std::string>();
    for (const auto& p : answer["probabilities"]) expected += fmt::format(",{}", p.get<float>());
    expected += "\n";
  }
  EXPECT_EQ(read_text(path("out.csv")), expected);
}

TEST_F(FerPredict, WritesThroughLinksAndToPipes) {
  write("target.csv", "old");
  std::filesystem::create_symlink("target.csv", path("link.csv"));
  write("test.csv", "pixels\n\"" + pixels_text(0, 0) + "\"\n");
  ASSERT_EQ(run("fer-predict run/best.safetensors test.csv --csv link.csv").status, 0);
  EXPECT_EQ(read_text(path("target.csv")).size(), 2u);
  EXPECT_TRUE(std::filesystem::is_symlink(path("link.csv")));
  EXPECT_EQ(run("fer-predict run/best.safetensors test.csv --csv /dev/stdout --json | head -1").out,
            read_text(path("target.csv")));
  const ToolResult full = run("fer-predict run/best.safetensors test.csv --csv /dev/full");
  EXPECT_EQ(full.status, 1);
  expect_one_line_error(full, "fer-predict", "/dev/full: cannot be written: No space left on device");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

// Whatever is given for a model or a picture is called by its name, with what to do, in one line; nothing is waited
// for.
TEST_F(FerPredict, CallsOtherFilesByTheirNames) {
  write_bytes("pointer.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
  write_bytes("page.png", "<!DOCTYPE html><html></html>");
  write_bytes("model.onnx", "\x08\x08\x12\x07pytorch");
  write_bytes("empty.png", "");
  const std::string model = "expected a model (.safetensors), found ", picture = "WebP picture, found ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"pointer.safetensors face.png", "pointer.safetensors: " + model + "a Git LFS pointer"},
      {"model.onnx face.png", "model.onnx: " + model + "an ONNX file: fer-convert makes a model of it"},
      {"net.json face.png", "net.json: " + model + "JSON: a network without weights is no model"},
      {"run face.png", "run: " + model + "a directory: the model of a run is best.safetensors in its folder"},
      {"run/best.safetensors page.png",
       "page.png: expected a PNG, JPEG, PGM, PPM or " + picture + "a web page: download"},
      {"run/best.safetensors empty.png", "empty.png: expected a PNG, JPEG, PGM, PPM or " + picture + "an empty file"},
      {"run/best.safetensors model.onnx", picture + "an ONNX file"},
      {"run/best.safetensors face.png run/best.safetensors", picture + "a safetensors file: models come before"},
      {"run/best.safetensors net.json", picture + "JSON"},
      {"pipe face.png", "pipe: " + model + "a pipe"},
      {"/dev/zero face.png", "/dev/zero: " + model + "a device"},
      {"run/best.safetensors pipe", picture + "a pipe"},
      {"run/best.safetensors /dev/zero", picture + "a device"}};
  for (const auto& [arguments, says] : cases) {
    const ToolResult r = run("mkfifo pipe; timeout 20 fer-predict " + arguments);
    EXPECT_EQ(r.status, 1) << arguments;
    std::string error = r.err;
    if (error.starts_with("mkfifo")) error.erase(0, error.find('\n') + 1);
    expect_one_line_error({r.status, r.out, error}, "fer-predict", says);
  }
}

// The code of training is not part of the program.
TEST_F(FerPredict, HasNothingOfTraining) {
  const ToolResult r = run("nm -C '" + fer::tools_dir() + "/fer-predict'");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("fer::Classifier::"), std::string::npos);
  for (const char* name : {"fer::train::", "fer::Trainer", "fer::engine::TrainingPlan"}) {
    EXPECT_EQ(r.out.find(name), std::string::npos) << name;
  }
}

TEST_F(FerPredict, APictureIsTurnedAsItsExifSays) {
  const std::string folder = "'" + fer::source_dir() + "/tests/fixtures/pictures/";
  const auto answer = [&](const std::string& name) {
    const ToolResult r = run("fer-predict run/best.safetensors --json " + folder + name + "'");
    EXPECT_EQ(r.status, 0) << r.err;
    return r.status == 0 ? json_lines(r.out)[0] : nlohmann::json();
  };
  const nlohmann::json upright = answer("upright.png");
  EXPECT_EQ(answer("face.png")["probabilities"], upright["probabilities"]);
}

TEST_F(FerPredict, RefusesWhatIsNoPicture) {
  write("text.png", "hello");
  write("short.csv", "pixels\n1 2 3\n");
  for (const std::string file : {"text.png", "missing.png", "short.csv", "."}) {
    const ToolResult r = run("fer-predict run/best.safetensors " + file);
    EXPECT_EQ(r.status, 1) << file;
    expect_one_line_error(r, "fer-predict", file);
  }
  EXPECT_EQ(run("fer-predict run/best.safetensors").status, 2);
  EXPECT_EQ(run("fer-predict run/best.safetensors face.png --top 0").status, 2);
}

// Bad means that the bytes are bad: of what cannot be read nothing is known.
TEST_F(FerPredict, SkipsBadPicturesAndNoOthers) {
  write("bad.png", "no picture");
  ASSERT_EQ(run("fer-data faces.csv --to-folder pics --no-duplicates && mkfifo pipe.png").status, 0);
  const std::string good = "pics/train/angry/00.png";
  const ToolResult r = run("fer-predict run/best.safetensors --skip-bad bad.png " + good);
  EXPECT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-predict", "left out: bad.png: expected a PNG");
  for (const char* other : {"pipe.png", "missing.png", "/dev/zero"}) {
    const ToolResult refused = run("timeout 20 fer-predict run/best.safetensors --skip-bad " + good + " " + other);
    EXPECT_EQ(refused.status, 1) << other;
    EXPECT_NE(refused.err.find(std::string("fer-predict: ") + other + ": "), std::string::npos) << refused.err;
  }
}

TEST_F(FerPredict, ReadsModelsAndPicturesFromPipesOfTheShell) {
  ASSERT_EQ(run("fer-data faces.csv --to-folder pics --no-duplicates").status, 0);
  const ToolResult file = run("fer-predict run/best.safetensors pics/train/angry/00.png --json");
  const ToolResult pipe = run("cat pics/train/angry/00.png | fer-predict run/best.safetensors /dev/stdin --json");
  ASSERT_EQ(pipe.status, 0) << pipe.err;
  EXPECT_EQ(json_lines(pipe.out).at(0)["probabilities"], json_lines(file.out).at(0)["probabilities"]);
  const ToolResult model = run("cat run/best.safetensors | fer-predict /dev/stdin pics/train/angry/00.png --json");
  ASSERT_EQ(model.status, 0) << model.err;
  EXPECT_EQ(json_lines(model.out).at(0)["probabilities"], json_lines(file.out).at(0)["probabilities"]);
}

// With the environment's FER_MODEL, whatever comes with libfer.
class DefaultModel : public FerPredict {
 protected:
  ToolResult with_model(const std::string& command, const std::string& model = "run/best.safetensors") const {
    return run("FER_MODEL=" + model + " " + command);
  }
  static constexpr const char* kNote = ": no model is given: the model best (run/best.safetensors)\n";
};

TEST_F(DefaultModel, AnswersWhereNoModelIsGiven) {
  ASSERT_EQ(run("mkdir pictures && cp face.png pictures").status, 0);
  for (const std::string files : {"face.png", "face.png face.pgm", "faces.csv face.png", "faces.csv", "pictures",
                                  "pictures face.png", "rgb.png faces.csv --top 2"}) {
    const ToolResult own = run("fer-predict run/best.safetensors " + files), found = with_model("fer-predict " + files);
    ASSERT_EQ(found.status, 0) << found.err;
    EXPECT_EQ(found.out, own.out) << files;
    EXPECT_EQ(found.err, std::string("fer-predict") + kNote);
  }
}

TEST_F(DefaultModel, IsNotAskedWhereAModelIsGiven) {
  ASSERT_EQ(run("cp run/best.safetensors model.png").status, 0);  // content counts, not the name
  const ToolResult r = with_model("fer-predict model.png face.png", "none");
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(r.err, "");
  EXPECT_EQ(r.out, run("fer-predict run/best.safetensors face.png").out);
}

TEST_F(DefaultModel, ItsCardTellsItsAccuracy) {
  write("run/best.json", R"({"figures": [{"on": "PrivateTest of fer2013", "accuracy": 0.70591}]})");
  const ToolResult r = with_model("fer-predict face.png --json");
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(
      r.err,
      "fer-predict: no model is given: the model best (run/best.safetensors), 70.59 % of PrivateTest of fer2013\n");
  EXPECT_EQ(json_lines(r.out).size(), 1u);
}

TEST_F(DefaultModel, IsEvaluatedToo) {
  const ToolResult own = run("fer-eval run/best.safetensors faces.csv --split PublicTest --json");
  const ToolResult found = with_model("fer-eval faces.csv --split PublicTest --json");
  ASSERT_EQ(found.status, 0) << found.err;
  EXPECT_EQ(found.out, own.out);
  EXPECT_EQ(found.err, std::string("fer-eval") + kNote);
}

TEST_F(DefaultModel, AModelAloneIsAUsageError) {
  for (const std::string program : {"fer-predict", "fer-eval"}) {
    const ToolResult r = with_model(program + " run/best.safetensors");
    EXPECT_EQ(r.status, 2);
    EXPECT_NE(r.err.find(", after the MODEL if there is one"), std::string::npos) << r.err;
    EXPECT_EQ(with_model(program + " --vote face.png").status, 2);
  }
}

// (There may be one in the source.)
TEST_F(DefaultModel, WithoutOneTheMessageSaysWhatToDo) {
  const ToolResult none = with_model("fer-predict face.png", "none.safetensors");
  EXPECT_EQ(none.status, 1);
  expect_one_line_error(none, "fer-predict",
                        "FER_MODEL: expected the path of a model (.safetensors), found nothing at none");
  for (const std::string command : {"fer-predict face.png", "fer-eval faces.csv --split PublicTest"}) {
    const ToolResult r = run("unset FER_MODEL; " + command);
    const bool there = r.err.find(": no model is given: the model small (") != std::string::npos;
    EXPECT_EQ(r.status, there ? 0 : 1) << r.err;
    if (there) continue;
    EXPECT_NE(r.err.find("no model is given, and none came with libfer: name a model, or set FER_MODEL to the path of "
                         "one (`fer-train DATA` makes one); looked for "),
              std::string::npos)
        << r.err;
  }
}

TEST_F(DefaultModel, APictureThatIsNotThereOrEmptyIsSaidToBe) {
  write_bytes("empty.png", "");
  for (const auto& [file, says] :
       {std::pair<std::string, std::string>{"none.png", "none.png: cannot be read: No such file"},
        std::pair<std::string, std::string>{"empty.png",
                                            "empty.png: expected a PNG, JPEG, PGM, PPM or WebP picture, found an"}}) {
    const ToolResult r = with_model("fer-predict " + file);
    EXPECT_EQ(r.status, 1);
    EXPECT_NE(r.err.find("\nfer-predict: " + says), std::string::npos) << r.err;
  }
}

}  // namespace
}  // namespace fer::test
