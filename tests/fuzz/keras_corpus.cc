// Makes tests/fuzz/corpus/keras_h5, keras_zip and keras_config: small files as Keras writes them, good ones and such as
// lie. The files are committed; to make them again: cmake --build --preset release --target keras_corpus &&
// build-release/tests/keras_corpus tests/fuzz/corpus
#include <fstream>
#include <set>

#include "tests/fuzz/keras_forms.h"
#include "tests/keras/tiny.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = argv[1];
  const auto put = [&](const std::string& name, const std::string& content) {
    std::ofstream(folder + "/" + name, std::ios::binary) << content;
  };
  put("keras_h5/tiny.h5", fer::tiny_keras());
  put("keras_h5/graph.h5", fer::graph_keras());
  put("keras_h5/grouped.h5", fer::grouped_keras());
  put("keras_zip/tiny.keras", fer::tiny_archive());
  put("keras_zip/stored.keras", fer::tiny_archive(fer::tiny_config(), false));
  put("keras_zip/no_weights.keras", fer::zip_of({{"config.json", fer::tiny_config().dump()}}));
  put("keras_zip/no_config.keras", fer::zip_of({{"model.weights.h5", fer::tiny_vars()}}, true));
  put("keras_zip/npz.keras", fer::zip_of({{"config.json", "{}"}, {"model.weights.npz", "x"}}));
  put("keras_zip/cut.keras", fer::tiny_archive().substr(0, 500));
  put("keras_config/tiny.json", fer::tiny_config().dump());
  put("keras_config/graph.json", fer::tiny_graph().dump());
  put("keras_config/operators.json", fer::tiny_operators().dump());
  // (Of the others, those that take a way of their own.)
  const std::set<std::string> kept = {"soft_link", "external_storage", "virtual", "plugin", "cycle",
                                      "nan",       "large_dense"};
  for (const fer::HostileHdf5& hostile : fer::hostile_hdf5()) {
    if (!kept.contains(hostile.name)) continue;
    fer::Hdf5Builder builder;
    fer::fill_keras(builder, fer::tiny_config());
    hostile.spoil(builder);
    put(std::string("keras_h5/") + hostile.name + ".h5", builder.content());
  }
  for (const fer::HostileConfig& hostile : fer::hostile_configs()) {
    fer::Json config = fer::tiny_config();
    hostile.spoil(config);
    put(std::string("keras_config/") + hostile.name + ".json", config.dump());
  }
  for (const auto& [name, config] : fer::keras_forms()) put("keras_config/" + name + ".json", config.dump());
  return 0;
}
