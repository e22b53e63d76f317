// --classes and --ferplus: which labels a network learns, and what its model remembers of them.
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class Classes : public ToolTest {
 protected:
  // Of FER+, for the 70 rows of faces.csv: ten votes for the row's own label, but for the first rows.
  static std::string ferplus_text() {
    static const int kColumn[] = {4, 5, 6, 1, 3, 2, 0};  // of fer2013's labels in FER+'s order
    std::string text = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";
    for (int row = 0; row < 70; ++row) {
      std::vector<int> votes(10);
      votes[kColumn[row % 7]] = 10;
      if (row == 0) votes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 10};  // not a face
      if (row == 1) votes = {4, 0, 0, 0, 4, 0, 0, 0, 2, 0};   // no majority; 8 of 10 for emotions
      if (row == 2) votes = {0, 0, 0, 0, 0, 0, 3, 1, 6, 0};   // unknown
      text += row < 42 ? "Training" : row < 56 ? "PublicTest" : "PrivateTest";
      text += ",fer.png";
      for (const int v : votes) text += "," + std::to_string(v);
      text += "\n";
    }
    return text;
  }
  nlohmann::json eval(const std::string& arguments) const {
    const ToolResult r = run("fer-eval " + arguments + " --json");
    EXPECT_EQ(r.status, 0) << r.err;
    return r.status == 0 ? json_lines(r.out).at(0) : nlohmann::json();
  }
  static std::vector<std::string> names(const nlohmann::json& figures) {
    std::vector<std::string> all;
    for (const auto& c : figures["classes"]) all.push_back(c["name"]);
    return all;
  }
};

using Names = std::vector<std::string>;

TEST_F(Classes, OfFewerOutputsAreProposed) {
  std::string network = kNetwork;
  network.replace(network.find("\"angry\", \"disgust\""), 18, "\"bored\"");
  network.replace(network.find("\"units\": 7"), 10, "\"units\": 6");
  write("six.json", network);
  const ToolResult r = run("fer-train faces.csv --network six.json --out run");
  EXPECT_EQ(r.status, 1);
  expect_one_line_error(r, "fer-train",
                        "faces.csv: 7 classes (angry, disgust, fear, happy, sad, surprise, neutral), but network "
                        "tiny has 6 outputs: --classes angry,disgust,fear,happy,sad,surprise chooses");
  EXPECT_FALSE(exists("run"));
}

TEST_F(Classes, AreTheNetworksOwnWhereTheDataHaveMore) {
  const ToolResult r = run("fer-train faces.csv --network seed001_shallow_cnn --epochs 1 --limit 12 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(
      r.err.find("fer-train: faces.csv: 7 classes: network seed001_shallow_cnn learns the 6 that it names (angry, "
                 "fear, happy, sad, surprise, neutral); --classes says otherwise\n"),
      std::string::npos)
      << r.err;
  EXPECT_NE(r.err.find("10 pictures of other classes (disgust) left out"), std::string::npos) << r.err;
  const std::string same =
      "fer-train faces.csv --network seed001_shallow_cnn --classes angry,fear,happy,sad,surprise,neutral --epochs 1 "
      "--limit 12 --out same";
  ASSERT_EQ(run(same).status, 0);
  EXPECT_TRUE(read_text(path("run/best.safetensors")) == read_text(path("same/best.safetensors")));
}

TEST_F(Classes, OfOtherNamesAreSaid) {
  std::string network = kNetwork;
  network.replace(network.find("disgust"), 7, "ekel");
  write("other.json", network);
  const ToolResult r = run("fer-train faces.csv --network other.json --epochs 1 --batch-size 7 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-train", "it gets the names of the data");
  EXPECT_EQ(names(eval("run/best.safetensors faces.csv"))[1], "disgust");
}

TEST_F(Classes, AreDroppedAndTheModelRemembers) {
  const ToolResult r = run(
      "fer-train faces.csv --network seed001_shallow_cnn --classes angry,fear,happy,sad,surprise,neutral --epochs 1 "
      "--limit 12 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(r.err,
            "fer-train: faces.csv: 10 pictures of other classes (disgust) left out\n"
            "fer-train: faces.csv: --limit 12: pictures of Training taken evenly from all 6 classes\n");
  const auto figures = eval("run/best.safetensors faces.csv --split all");
  EXPECT_EQ(figures["count"], 60);
  EXPECT_EQ(names(figures), (Names{"angry", "fear", "happy", "sad", "surprise", "neutral"}));
}

TEST_F(Classes, AreMergedUnderANameAndInAnOrder) {
  const ToolResult r =
      run("fer-train faces.csv --network net.json --classes happy,negative=angry+disgust+fear+sad,surprise+neutral "
          "--epochs 1 --batch-size 7 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  expect_one_line_error(r, "fer-train", "network tiny: gets 3 outputs instead of 7, one per class");
  const auto figures = eval("run/best.safetensors faces.csv --split all");
  EXPECT_EQ(figures["count"], 70);
  EXPECT_EQ(names(figures), (Names{"happy", "negative", "surprise+neutral"}));
  EXPECT_EQ(figures["classes"][1]["support"], 40);
  // Exactly as it was begun, and resumed without being told again.
  ASSERT_EQ(run("fer-train --resume --out run --epochs 2 --quiet").status, 0);
  // What starts from the model learns its classes.
  EXPECT_EQ(run("fer-train faces.csv --init run/best.safetensors --epochs 1 --out tuned --quiet").status, 0);
  EXPECT_EQ(names(eval("tuned/best.safetensors faces.csv")), (Names{"happy", "negative", "surprise+neutral"}));
}

TEST_F(Classes, FollowTheNetworksOwnOrder) {
  std::string network = kNetwork;
  const std::string seven = R"(["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"])";
  network.replace(network.find(seven), seven.size(),
                  R"(["neutral", "happiness", "sad", "surprise", "anger", "fear", "disgust"])");
  write("order.json", network);
  ASSERT_EQ(run("fer-train faces.csv --network order.json --epochs 12 --batch-size 7 --quiet --out run").status, 0);
  const auto figures = eval("run/best.safetensors faces.csv");
  EXPECT_EQ(names(figures), (Names{"neutral", "happiness", "sad", "surprise", "anger", "fear", "disgust"}));
  EXPECT_GT(figures["accuracy"], 0.9);
  const auto answers = json_lines(run("fer-predict run/best.safetensors faces.csv --json").out);
  EXPECT_EQ(answers.at(66)["label"], "happiness");
}

TEST_F(Classes, KeepTheNetworksWordsForNumberedLabels) {
  std::string network = kNetwork;
  const std::string seven = R"(["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"])";
  network.replace(network.find(seven), seven.size(),
                  R"(["Wut", "Ekel", "Angst", "Freude", "Trauer", "Staunen", "ruhig"])");
  write("german.json", network);
  ASSERT_EQ(run("fer-train faces.csv --network german.json --epochs 1 --quiet --out run").status, 0);
  EXPECT_EQ(names(eval("run/best.safetensors faces.csv"))[0], "Wut");
}

TEST_F(Classes, OfNoSenseAreRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"angry,,sad", "classes: expected a name"},
      {"angry,sad+angry", "expected each class once, found \"angry\" again"},
      {"a=sad,a=happy", "expected each name once, found \"a\" again"},
      {"angry,joyless",
       "expected classes of the data (angry, disgust, fear, happy, sad, surprise, neutral), found "
       "\"joyless\""},
      {"x=", "expected a name, found nothing"}};
  for (const auto& [classes, message] : cases) {
    const ToolResult r = run("fer-train faces.csv --network net.json --out run --classes " + classes);
    EXPECT_EQ(r.status, 1) << classes;
    expect_one_line_error(r, "fer-train", message);
  }
  EXPECT_FALSE(exists("run"));
}

TEST_F(Classes, ComeWithEmojiInTheModel) {
  train_small_model();
  EXPECT_NE(read_text(path("run/best.safetensors")).find("class_emoji"), std::string::npos);
  const ToolResult r = run("fer-predict run/best.safetensors faces.csv --json");
  const auto answer = json_lines(r.out).at(0);
  const std::map<std::string, std::string> known = {
      {"angry", "\U0001F620"}, {"disgust", "\U0001F922"},  {"fear", "\U0001F628"},   {"happy", "\U0001F600"},
      {"sad", "\U0001F622"},   {"surprise", "\U0001F632"}, {"neutral", "\U0001F610"}};
  EXPECT_EQ(answer["emoji"], known.at(answer["label"]));
  EXPECT_NE(run("fer-predict run/best.safetensors faces.csv").out.find(answer["emoji"].get<std::string>()),
            std::string::npos);
}

TEST_F(Classes, OfFerPlusByMajority) {
  write("votes.csv", ferplus_text());
  const ToolResult r =
      run("fer-train faces.csv --ferplus votes.csv --network net.json --epochs 1 --batch-size 7 --out run");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.err.find("votes.csv: 3 of 70 pictures have no majority and are left out"), std::string::npos) << r.err;
  EXPECT_NE(r.err.find("gets 8 outputs instead of 7"), std::string::npos) << r.err;
  EXPECT_NE(r.out.find("train 39 (Training)"), std::string::npos) << r.out;
  const auto figures = eval("run/best.safetensors faces.csv --ferplus votes.csv --split all");
  EXPECT_EQ(figures["count"], 67);
  EXPECT_EQ(names(figures), (Names{"neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt"}));
  // fer2013's own labels are found by name.
  EXPECT_EQ(eval("run/best.safetensors faces.csv --split all")["count"], 70);
  const ToolResult seven =
      run("fer-train faces.csv --ferplus votes.csv --classes neutral,happy,surprise,sad,angry,disgust,fear --network "
          "net.json --epochs 1 --out seven");
  ASSERT_EQ(seven.status, 0) << seven.err;
}

TEST_F(Classes, OfFerPlusAsVotes) {
  write("votes.csv", ferplus_text());
  const std::string command =
      "fer-train faces.csv --ferplus votes.csv --ferplus-labels soft --network net.json "
      "--epochs 2 --batch-size 7 --quiet --out ";
  ASSERT_EQ(run(command + "one --threads 1").status, 0);
  ASSERT_EQ(run(command + "two --threads 2").status, 0);
  EXPECT_TRUE(read_text(path("one/best.safetensors")) == read_text(path("two/best.safetensors")));
  ASSERT_EQ(run("fer-train faces.csv --ferplus votes.csv --network net.json --epochs 2 --batch-size 7 --quiet --out "
                "hard")
                .status,
            0);
  EXPECT_FALSE(read_text(path("one/best.safetensors")) == read_text(path("hard/best.safetensors")));
  const ToolResult merged = run(command + "merged --classes neutral+contempt,happy,rest=sad+angry+fear");
  EXPECT_EQ(merged.status, 0) << merged.err;
}

TEST_F(Classes, OfFerPlusMustBelongToTheData) {
  const std::string good = ferplus_text();
  const size_t last = good.rfind("PrivateTest");
  std::string other_usage = good, negative = good;
  other_usage.replace(last, 11, "PublicTest");
  negative.replace(good.find("10\n") - 2, 1, "x");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {good.substr(0, last), "votes.csv: expected one row per picture of the data, 70, found 69"},
      {other_usage, "votes.csv:71: Usage, expected PrivateTest as in the data's row 69, found PublicTest"},
      {negative, "votes.csv:2:34: votes, expected a whole number of 0 to 100, found \"x\""},
      {good.substr(0, good.size() - 4), "votes.csv:71:"},
      {"Usage,neutral\n", "votes.csv:1:1: header, expected a column named happiness, found none"},
      {"", "votes.csv:"}};
  for (const auto& [text, message] : cases) {
    write("votes.csv", text);
    const ToolResult r = run("fer-train faces.csv --ferplus votes.csv --network net.json --out run");
    EXPECT_EQ(r.status, 1) << message;
    expect_one_line_error(r, "fer-train", message);
  }
  EXPECT_EQ(run("fer-train faces.csv --ferplus-labels soft --network net.json --out run").status, 2);
  EXPECT_FALSE(exists("run"));
}

}  // namespace
}  // namespace fer::test
