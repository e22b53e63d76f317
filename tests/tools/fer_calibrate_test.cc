#include "fer/model.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FerCalibrate : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    train_small_model();
  }
  nlohmann::json figures(const std::string& model, const std::string& options = "--split PublicTest") const {
    const ToolResult r = run("fer-eval " + model + " faces.csv --json " + options);
    EXPECT_EQ(r.status, 0) << r.err;
    return nlohmann::json::parse(r.out);
  }
};

TEST_F(FerCalibrate, StoresTheTemperatureThatFitsPublicTestBest) {
  const auto before = figures("run/best.safetensors");
  const ToolResult r = run("fer-calibrate run/best.safetensors faces.csv --out c.safetensors");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("fitted to 14 pictures, PublicTest of faces.csv; views none"), std::string::npos) << r.out;
  const auto after = figures("c.safetensors");
  const double best = before["calibration"]["best_temperature"];
  EXPECT_NEAR(load_model(path("c.safetensors")).temperature, best, 1e-5 * best);
  EXPECT_NEAR(after["loss"], before["calibration"]["loss_at_best_temperature"], 1e-5);
  EXPECT_NEAR(after["calibration"]["best_temperature"], 1, 1e-4);
  EXPECT_EQ(after["confusion"], before["confusion"]) << "the classes stay";
  const std::string out = run("fer-info c.safetensors").out;
  EXPECT_NE(out.find("\ntemperature      "), std::string::npos) << out;
  EXPECT_EQ(run("fer-info run/best.safetensors").out.find("temperature"), std::string::npos);
}

TEST_F(FerCalibrate, ATemperatureThatIsThereIsLeftOutOfAccount) {
  const std::string json = " faces.csv --json --out ";
  const auto once = nlohmann::json::parse(run("fer-calibrate run/best.safetensors" + json + "c.safetensors").out);
  const auto twice = nlohmann::json::parse(run("fer-calibrate c.safetensors" + json + "d.safetensors").out);
  EXPECT_EQ(once["before"]["temperature"], 1);
  EXPECT_EQ(twice["before"]["temperature"], once["after"]["temperature"]);
  EXPECT_EQ(twice["after"], once["after"]);
  EXPECT_LE(once["after"]["loss"].get<double>(), once["before"]["loss"].get<double>());
  EXPECT_EQ(once["split"], "PublicTest");
}

TEST_F(FerCalibrate, IsFittedToTheViewsThatAreUsed) {
  ASSERT_EQ(run("fer-calibrate run/best.safetensors faces.csv --views shifts+flip --out c.safetensors").status, 0);
  const auto with = figures("c.safetensors", "--split PublicTest --views shifts+flip");
  EXPECT_NEAR(with["calibration"]["best_temperature"], 1, 1e-4);
}

TEST_F(FerCalibrate, TakesAllPicturesOnlyWhereThereAreNoParts) {
  write("plain.csv", csv_text(21, 0, 0, false));
  const auto json = nlohmann::json::parse(run("fer-calibrate run/best.safetensors plain.csv --json --out c").out);
  EXPECT_EQ(json["count"], 21);
  write("training.csv", csv_text(21, 0, 0, true));
  const ToolResult r = run("fer-calibrate run/best.safetensors training.csv --out d");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-calibrate", "training.csv: no row with Usage PublicTest");
  EXPECT_FALSE(exists("d"));
}

TEST_F(FerCalibrate, AModelInEightBitIntegersHasOneToo) {
  const ToolResult r =
      run("fer-train faces.csv --network seed004_cnn5 --classes neutral,happy,sad,surprise,angry --limit 14 --epochs 1 "
          "--batch-size 7 --out five --quiet && "
          "fer-convert five/best.safetensors --int8 --calibrate faces.csv --out int8.safetensors && "
          "fer-calibrate int8.safetensors faces.csv --out c.safetensors");
  ASSERT_EQ(r.status, 0) << r.err;
  const Model model = load_model(path("c.safetensors"));
  EXPECT_FALSE(model.int8.empty());
  const double best = figures("int8.safetensors")["calibration"]["best_temperature"];
  EXPECT_NEAR(model.temperature, best, 1e-5 * best);
  EXPECT_NE(figures("c.safetensors")["loss"], figures("int8.safetensors")["loss"]);
}

TEST_F(FerCalibrate, TrainingOnDropsIt) {
  ASSERT_EQ(run("fer-calibrate run/best.safetensors faces.csv --out c.safetensors").status, 0);
  const ToolResult r = run("fer-train faces.csv --init c.safetensors --epochs 1 --batch-size 7 --out tuned");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("fer-train: c.safetensors: its temperature, "), std::string::npos) << r.err;
  EXPECT_EQ(load_model(path("tuned/best.safetensors")).temperature, 1);
  const ToolResult plain = run("fer-train faces.csv --init run/best.safetensors --epochs 1 --batch-size 7 --out again");
  EXPECT_EQ(plain.err.find("temperature"), std::string::npos) << plain.err;
  EXPECT_EQ(read_text(path("again/best.safetensors")), read_text(path("tuned/best.safetensors")));
}

TEST_F(FerCalibrate, WrongUseIsSaid) {
  for (const std::string arguments :
       {"run/best.safetensors --out c", "run/best.safetensors faces.csv",
        "run/best.safetensors faces.csv --out c --split Test", "a.safetensors b.safetensors faces.csv --out c"}) {
    EXPECT_EQ(run("fer-calibrate " + arguments).status, 2) << arguments;
  }
  EXPECT_EQ(run("fer-calibrate missing.safetensors faces.csv --out c").status, 1);
}

}  // namespace
}  // namespace fer::test
