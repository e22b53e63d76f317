#include "io/preprocessing.h"

#include <fmt/format.h>

#include <cmath>

#include "fer/error.h"
#include "io/resize.h"
#include "network/json_text.h"

namespace fer::io {

using core::JsonValue;

Preprocessing after(const Preprocessing& first, const Preprocessing& second) {
  Preprocessing both = first;
  both.scale = first.scale * second.scale;
  both.shift = first.shift * second.scale + second.shift;
  return both;
}

void check_preprocessing(const Preprocessing& preprocessing) {
  if (std::isfinite(preprocessing.scale) && std::isfinite(preprocessing.shift)) return;
  throw Error(fmt::format("preprocessing: expected finite numbers, found scale {} and shift {}", preprocessing.scale,
                          preprocessing.shift));
}

JsonValue preprocessing_to_json(const Preprocessing& preprocessing) {
  check_preprocessing(preprocessing);
  JsonValue object = JsonValue::object(
      {{"scale", shortest_double(preprocessing.scale)}, {"shift", shortest_double(preprocessing.shift)}});
  if (const PictureSize& resize = preprocessing.resize; resize.given()) {
    object["resize"] = JsonValue::array({resize.height, resize.width});
  }
  if (preprocessing.equalize) object["equalize"] = true;
  if (preprocessing.standardize != Standardization::kNone) {
    object["standardize"] = standardization_name(preprocessing.standardize);
  }
  return object;
}

namespace {

Standardization standardization_from_name(const std::string& name, const std::string& where) {
  for (const Standardization s : {Standardization::kNone, Standardization::kDataset, Standardization::kPicture}) {
    if (name == standardization_name(s)) return s;
  }
  throw Error(fmt::format("{}: expected none, dataset or picture, found {}", where, shown(name)));
}

}  // namespace

void read_picture_rules(JsonFields& fields, const std::string& where, Preprocessing& preprocessing) {
  fields.read("equalize", preprocessing.equalize);
  std::string standardize = standardization_name(Standardization::kNone);
  fields.read("standardize", standardize);
  preprocessing.standardize = standardization_from_name(standardize, where + ": standardize");
}

Preprocessing preprocessing_from_json(const nlohmann::json& object, const Network& network, const std::string& where) {
  JsonFields fields(object, where);
  Preprocessing preprocessing;
  fields.required("scale", preprocessing.scale);
  fields.required("shift", preprocessing.shift);
  if (const nlohmann::json* resize = fields.find("resize")) {
    preprocessing.resize = read_resize(*resize, network, where + ": resize");
  }
  read_picture_rules(fields, where, preprocessing);
  fields.refuse_unknown();
  return preprocessing;
}

}  // namespace fer::io
