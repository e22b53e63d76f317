// Reads tests/fixtures/*.json, which tests/make_fixtures.py writes with PyTorch.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace fer::testing {

inline nlohmann::json read_fixture(const std::string& name) {
  const std::string path = fer::source_dir() + "/tests/fixtures/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return nlohmann::json::parse(file);
}

inline std::vector<double> doubles_of(const nlohmann::json& array) { return array.get<std::vector<double>>(); }
inline std::vector<float> floats_of(const nlohmann::json& array) { return array.get<std::vector<float>>(); }

}  // namespace fer::testing
