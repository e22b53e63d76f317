// The list of training options: it has every member of TrainConfig, and what is not in it is nowhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fer/train_options.h"
#include "tests/train/json_of.h"
#include "tests/train/small_run.h"
#include "train/config/config.h"
#include "train/config/options.h"
#include "train/config/recipe_fields.h"

namespace fer::train {
namespace {

using nlohmann::json;

// Stands for a member of any type, so that members can be counted.
struct Anything {
  template <class T>
  operator T() const;
};
template <class T, class... Members>
consteval size_t members_of() {
  if constexpr (requires { T{Members{}..., Anything{}}; }) {
    return members_of<T, Members..., Anything>();
  } else {
    return sizeof...(Members);
  }
}

// The different names at the beginning of paths, or behind GROUP.
std::set<std::string> names_in_list(const std::string& group = {}) {
  std::set<std::string> names;
  for (const Field& field : all_fields()) {
    std::string path = field.path;
    if (path.empty() || !path.starts_with(group)) continue;
    path.erase(0, group.size());
    names.insert(path.substr(0, path.find('.')));
  }
  return names;
}

TEST(Fields, HaveEveryMemberOfTrainConfig) {
  EXPECT_EQ(names_in_list().size(), members_of<TrainConfig>());
  EXPECT_EQ(names_in_list("augmentation.").size(), members_of<Augmentation>());
  EXPECT_EQ(names_in_list("mixing.").size(), members_of<Mixing>());
  EXPECT_EQ(names_in_list("symmetric_cross_entropy.").size(), members_of<SymmetricCrossEntropy>());
  EXPECT_EQ(names_in_list("teacher.").size(), members_of<Teacher>());
  EXPECT_EQ(names_in_list("self_targets.").size(), members_of<SelfTargets>());
  EXPECT_EQ(names_in_list("reduce_lr.").size(), members_of<ReduceLrOnPlateau>());
  EXPECT_EQ(names_in_list("early_stopping.").size(), members_of<EarlyStopping>());
  EXPECT_EQ(names_in_list("clipping.").size(), members_of<GradientClipping>());
  EXPECT_EQ(names_in_list("preprocessing.").size(), members_of<Preprocessing>());
}

template <class Kind>
size_t members_in_list(TrainConfig config, const std::string& group) {
  return static_cast<size_t>(std::count_if(all_fields().begin(), all_fields().end(), [&](const Field& field) {
    return std::string(field.path).starts_with(group) && applies(field.at(config));
  }));
}

template <class Kind>
void expect_all_members_of(const Kind& kind) {
  TrainConfig config;
  if constexpr (std::is_constructible_v<Optimizer, Kind>) {
    config.optimizer = kind;
    EXPECT_EQ(members_in_list<Kind>(config, "optimizer."), members_of<Kind>() + 1) << optimizer_name(kind);
  } else {
    config.schedule = kind;
    EXPECT_EQ(members_in_list<Kind>(config, "schedule."), members_of<Kind>() + 1) << config.schedule.index();
  }
}

TEST(Fields, HaveEveryMemberOfOptimizersAndSchedules) {
  expect_all_members_of(Adam{});
  expect_all_members_of(AdamW{});
  expect_all_members_of(Sgd{});
  expect_all_members_of(RmsProp{});
  expect_all_members_of(RmsPropTf1{});
  expect_all_members_of(ConstantSchedule{});
  expect_all_members_of(CosineSchedule{});
  expect_all_members_of(StepSchedule{});
}

TEST(Fields, HaveDifferentNamesAndSayWhatTheyAre) {
  std::set<std::string> paths, names;
  for (const Field& field : all_fields()) {
    const std::string path = field.path, name = field.name;
    EXPECT_TRUE(path.empty() || paths.insert(path).second) << path;
    EXPECT_TRUE(name.empty() || names.insert(name).second) << name;
    EXPECT_FALSE(path.empty() && name.empty());
    EXPECT_NE(std::string(field.help), "") << path;
    EXPECT_NE(std::string(field.group), "") << path;
    EXPECT_NE(std::string(field.since), "") << path;
  }
}

TEST(Fields, DefaultsAreWithinTheirRanges) {
  for (const std::string optimizer : {"adam", "adamw", "sgd", "rmsprop", "rmsprop-tf1"}) {
    for (const std::string schedule : {"constant", "cosine", "step"}) {
      TrainConfig config;
      set_train_option(config, "optimizer", optimizer);
      set_train_option(config, "schedule", schedule);
      EXPECT_EQ(message_of([&] { check_config(config, 7); }), "");
    }
  }
}

// The default, with an optimizer that has the field.
TrainConfig config_with(const Field& field) {
  TrainConfig config;
  const Field* parent = parent_of(all_fields(), field);
  if (parent == nullptr) return config;
  const std::vector<std::string> names = std::get<Choice>(parent->at(config)).names;
  for (const std::string& name : names) {
    std::get<Choice>(parent->at(config)).set(name);
    if (applies(field.at(config))) return config;
  }
  ADD_FAILURE() << field.path << ": nothing has it";
  return config;
}

json::json_pointer pointer_to(const Field& field) {
  std::string path = field.path;
  std::replace(path.begin(), path.end(), '.', '/');
  return json::json_pointer(path.insert(0, 1, '/'));
}

// A training block that names this field, as its defaults have it; null: training blocks do not speak of it.
json block_naming(const Field& field, TrainConfig& config) {
  const std::string path = field.path, group = path.substr(0, path.find('.'));
  const json value = json_of(value_to_json(field.at(config)));
  if (group == "early_stopping" || group == "reduce_lr") {
    if (path.ends_with("enabled")) return nullptr;
    const char* name = group == "reduce_lr" ? "reduce_lr_on_plateau" : "early_stopping";
    return {{"callbacks", {{{"name", name}, {member_name(field), value}}}}};
  }
  if (group == path) return {{*field.recipe != '\0' ? field.recipe : field.path, value}};
  json members = {{member_name(field), value}};
  if (const Field* parent = parent_of(all_fields(), field))
    members["name"] = json_of(value_to_json(parent->at(config)));
  return {{group, members}};
}

std::string refusal_of(const json& block, Fields fields) {
  return message_of([&] { read_recipe(block, "net.json: training", 3, fields); });
}

TEST(Fields, AnEntryThatIsTakenAwayIsGoneEverywhere) {
  for (const Field& taken : all_fields()) {
    SCOPED_TRACE(*taken.path == '\0' ? taken.name : taken.path);
    std::vector<Field> shortened;
    for (const Field& field : all_fields()) {
      if (&field != &taken) shortened.push_back(field);
    }
    const std::string path = taken.path, name = taken.name;
    TrainConfig config = config_with(taken);

    // The help and the tables of the pages.
    const auto has = [&](const std::vector<TrainOption>& options) {
      return std::any_of(options.begin(), options.end(),
                         [&](const TrainOption& o) { return o.name == name && o.field == path; });
    };
    EXPECT_TRUE(has(options_of(all_fields())));
    EXPECT_FALSE(has(options_of(shortened)));

    // The command line.
    if (!name.empty()) {
      const std::string text = path == "class_weights" ? "1,1,1" : path == "out_dir" ? "x" : "";
      EXPECT_EQ(message_of([&] { set_option(config, name, text, shortened); }),
                "--" + name + ": there is no such option of training");
      EXPECT_EQ(message_of([&] { set_option(config, name, text, all_fields()); }).find("no such option"),
                std::string::npos);
    }
    if (path.empty() || taken.kept == Kept::kNot) continue;

    // config.json, and what a resumed run is compared with.
    const bool shown_with_all = json_of(config_to_json(config)).contains(pointer_to(taken));
    EXPECT_TRUE(shown_with_all || taken.left_out ||
                json_of(config_to_json(config))["reduce_lr"] == json({{"enabled", false}}));
    EXPECT_FALSE(json_of(config_to_json(config, shortened)).contains(pointer_to(taken)));
    EXPECT_FALSE(json_of(compared_settings(config, shortened)).contains(pointer_to(taken)));

    // The settings in a network's file.
    const json block = block_naming(taken, config);
    if (block.is_null()) continue;
    EXPECT_EQ(refusal_of(block, all_fields()), "") << block;
    EXPECT_NE(refusal_of(block, shortened).find("unknown field"), std::string::npos)
        << block << ": " << refusal_of(block, shortened);
  }
}

// Another value than the field's default.
void change(const Place& place) {
  if (auto* flag = std::get_if<bool*>(&place)) **flag = !**flag;
  if (auto* number = std::get_if<double*>(&place)) **number += 0.25;
  if (auto* number = std::get_if<float*>(&place)) **number += 0.25f;
  if (auto* count = std::get_if<int64_t*>(&place)) **count += 1;
  if (auto* paths = std::get_if<std::vector<std::string>*>(&place)) **paths = {"a", "b,c"};
  if (auto* numbers = std::get_if<std::vector<double>*>(&place)) **numbers = {0.5, 2};
  if (const auto* layers = std::get_if<LayerList>(&place)) *layers->entries = {"conv1..conv4", "bn*"};
  if (auto* views = std::get_if<Views*>(&place)) **views = {.flip = true, .dense = true};
  if (auto* rates = std::get_if<std::vector<LayerRate>*>(&place)) **rates = {{"conv", 0.5}};
  if (auto* sizes = std::get_if<std::vector<SizeShare>*>(&place)) **sizes = {{{32, 32}, 0.5}, {{48, 48}, 0.5}};
  if (auto* size = std::get_if<PictureSize*>(&place)) **size = {40, 44};
  if (auto* interval = std::get_if<Interval*>(&place)) **interval = {0.25, 0.75};
  if (const auto* choice = std::get_if<Choice>(&place)) choice->set(choice->names.back());
}

TEST(Fields, ThatCameLaterAreInConfigJsonOnlyWhereTheyAreUsed) {
  int later = 0;
  for (const Field& field : all_fields()) {
    if (!field.left_out) continue;
    SCOPED_TRACE(field.path);
    ++later;
    TrainConfig config = config_with(field);
    EXPECT_FALSE(json_of(config_to_json(config)).contains(pointer_to(field)));
    EXPECT_FALSE(json_of(compared_settings(config)).contains(pointer_to(field)));
    change(field.at(config));
    ASSERT_TRUE(json_of(config_to_json(config)).contains(pointer_to(field)));
    EXPECT_TRUE(json_of(compared_settings(config)).contains(pointer_to(field)));
    TrainConfig again = config_from_json(json_of(config_to_json(config)));
    EXPECT_EQ(value_text(field.at(again)), value_text(field.at(config)));
    EXPECT_EQ(json_of(config_to_json(again)), json_of(config_to_json(config)));
  }
  EXPECT_GT(later, 15);
}

TEST(Fields, ARangeThatIsTakenAwayIsChecked) {
  // The check goes by the list alone: without the entry, what it refused passes.
  TrainConfig config;
  config.label_smoothing = 2;
  EXPECT_NE(message_of([&] { check_config(config, 3); }), "");
  std::vector<Field> shortened(all_fields().begin(), all_fields().end());
  std::erase_if(shortened, [](const Field& field) { return std::string(field.path) == "label_smoothing"; });
  EXPECT_EQ(message_of([&] { check_config(config, 3, shortened); }), "");
}

}  // namespace
}  // namespace fer::train
