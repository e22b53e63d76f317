#include "tools/train/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fer/sources.h"
#include "fer/threads.h"
#include "fer/version.h"

namespace fer::cli {
namespace {

std::string network_text(const Network& network) {
  const Totals sums = totals(network);
  return fmt::format("{}, {} parameters ({} trainable)", shown_name(network), grouped(sums.params),
                     grouped(sums.trainable));
}

// Files without their folders.
std::string short_name(std::vector<std::string> sources) {
  for (std::string& source : sources) source = base_name(source);
  return name_of_sources(sources);
}

std::string machine_text() {
  return fmt::format("{}, {} {}", active_target(), num_threads(), num_threads() == 1 ? "thread" : "threads");
}

std::string part_text(const std::string& name, size_t pictures) {
  return fmt::format("{} ({})", grouped(static_cast<int64_t>(pictures)), name);
}

std::string optimizer_text(const Optimizer& optimizer) {
  std::string text = fmt::format("{}, learning rate {:g}", optimizer_name(optimizer), learning_rate_of(optimizer));
  if (const auto* adamw = std::get_if<AdamW>(&optimizer))
    text += fmt::format(", weight decay {:g}", adamw->weight_decay);
  const auto rmsprop = [&](const auto& o) {
    text += fmt::format(", rho {:g}{}", o.rho, o.centered ? ", centered" : "");
    if (o.momentum > 0) text += fmt::format(", momentum {:g}", o.momentum);
  };
  if (const auto* o = std::get_if<RmsProp>(&optimizer)) rmsprop(*o);
  if (const auto* o = std::get_if<RmsPropTf1>(&optimizer)) rmsprop(*o);
  if (const auto* sgd = std::get_if<Sgd>(&optimizer)) {
    if (sgd->momentum > 0) text += fmt::format(", {}momentum {:g}", sgd->nesterov ? "Nesterov " : "", sgd->momentum);
    if (sgd->weight_decay > 0) text += fmt::format(", weight decay {:g}", sgd->weight_decay);
  }
  return text;
}

std::string schedule_text(const TrainConfig& config, const TrainingRows& rows) {
  std::string text = "constant";
  if (const auto* cosine = std::get_if<CosineSchedule>(&config.schedule)) {
    text = fmt::format("cosine to {:g} of it, {:g} epochs of warm-up", cosine->final_factor, cosine->warmup_epochs);
  } else if (const auto* step = std::get_if<StepSchedule>(&config.schedule)) {
    text = fmt::format("times {:g} every {} epochs", step->factor, step->every_epochs);
  }
  const ReduceLrOnPlateau& r = config.reduce_lr;
  if (r.enabled)
    text +=
        fmt::format(", times {:g} after {} epochs without better {}", r.factor, r.patience, watched(r.monitor, rows));
  return text;
}

std::string augmentation_text(const Augmentation& a, const Mixing& m) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (a.horizontal_flip) add("mirror");
  if (a.alternating_flip) add("mirror in every other pass");
  if (a.random_resized_crop) {
    add(fmt::format("random resized crop, area {:g} to {:g}, aspect {:.3g} to {:.3g}", a.crop_scale.low,
                    a.crop_scale.high, a.crop_ratio.low, a.crop_ratio.high));
  } else if (a.crop.given()) {
    add(fmt::format("random crop {}x{}", a.crop.height, a.crop.width));
  }
  if (a.width_shift > 0) add(fmt::format("width shift {:g}", a.width_shift));
  if (a.height_shift > 0) add(fmt::format("height shift {:g}", a.height_shift));
  if (a.rotation_deg > 0) add(fmt::format("turn {:g}°", a.rotation_deg));
  if (a.shear_deg > 0) add(fmt::format("shear {:g}°", a.shear_deg));
  if (a.zoom > 0) add(fmt::format("zoom {:g}", a.zoom));
  if (a.brightness > 0 || a.contrast > 0) {
    add(fmt::format("brightness {:g} and contrast {:g} (probability {:g})", a.brightness, a.contrast,
                    a.jitter_probability));
  }
  if (a.erasing > 0) {
    add(fmt::format("erasing {:g} (area {:g} to {:g}, {})", a.erasing, a.erasing_scale.low, a.erasing_scale.high,
                    erasing_fill_name(a.erasing_fill)));
  }
  if (m.any()) {
    if (m.mixup > 0) add(fmt::format("MixUp {:g}", m.mixup));
    if (m.cutmix > 0) add(fmt::format("CutMix {:g}", m.cutmix));
    add(fmt::format("mixing probability {:g}", m.probability));
  }
  if (a.any()) add(fmt::format("fill {}", fill_name(a.fill)));
  return text.empty() ? "none" : text;
}

std::string batch_text(const TrainConfig& config) {
  return config.accumulate == 1 ? fmt::format("{}", config.batch_size)
                                : fmt::format("{} x {}", config.accumulate, config.batch_size);
}

std::string loss_text(const TrainConfig& config) {
  std::string name = loss_name(config.loss);
  if (config.loss != Loss::kSymmetricCrossEntropy) return name;
  const auto& [alpha, beta, log_zero] = config.symmetric_cross_entropy;
  return fmt::format("{}, alpha {:g}, beta {:g}, log 0 = {:g}", name, alpha, beta, log_zero);
}

// Each source and its pictures, as "1,234 train, 100 validate, 100 test"; none where there is one source.
std::vector<std::pair<std::string, std::string>> source_counts(const Dataset& data, const TrainingRows& rows) {
  const std::vector<SourceRows> sources = sources_of(data);
  std::vector<std::pair<std::string, std::string>> texts;
  texts.reserve(sources.size());
  for (const SourceRows& source : sources) texts.emplace_back(source.name, "");
  for (const auto& [part, members] :
       {std::pair("train", &rows.train), std::pair("validate", &rows.validation), std::pair("test", &rows.test)}) {
    if (members->empty()) continue;
    std::vector<int64_t> counts(sources.size());
    for (const size_t s : sources_of_rows(data, *members)) {
      if (s < counts.size()) ++counts[s];
    }
    for (size_t s = 0; s < counts.size(); ++s) {
      texts[s].second += fmt::format("{}{} {}", texts[s].second.empty() ? "" : ", ", grouped(counts[s]), part);
    }
  }
  return texts;
}

// Rows that only some runs need.
void add_extras(const TrainOptions& options, std::vector<std::pair<std::string, std::string>>& rows) {
  const TrainConfig& config = options.config;
  if (config.precision != Precision::kFp32) rows.emplace_back("precision", precision_name(config.precision));
  if (config.preprocessing.equalize) rows.emplace_back("histograms", "equalised");
  if (config.preprocessing.standardize != Standardization::kNone) {
    const bool dataset = config.preprocessing.standardize == Standardization::kDataset;
    rows.emplace_back("pixels", dataset ? "standardised by mean and deviation of the training set"
                                        : "standardised, each picture by itself");
  }
  if (config.label_smoothing > 0) rows.emplace_back("label smoothing", fmt::format("{:g}", config.label_smoothing));
  if (!options.class_weights.empty()) rows.emplace_back("class weights", options.class_weights);
  if (config.teacher.any()) rows.emplace_back("teacher", teacher_text(config.teacher));
  if (const SelfTargets& own = config.self_targets; own.any()) {
    rows.emplace_back("self-targets",
                      fmt::format("weight {:g}, decay {:g}, after {} epochs", own.weight, own.decay, own.start));
  }
  if (config.no_mixing_epochs > 0) {
    rows.emplace_back("without mixing and erasing", fmt::format("the last {} epochs", config.no_mixing_epochs));
  }
  std::string sizes;
  for (const auto& [size, share] : config.sizes) {
    sizes += fmt::format("{}{}x{} for {:g} of the epochs", sizes.empty() ? "" : ", ", size.height, size.width, share);
  }
  if (!sizes.empty()) rows.emplace_back("sizes of pictures", sizes);
  if (config.weight_average > 0) {
    rows.emplace_back("average of weights", fmt::format("decay {:g}", config.weight_average));
  }
  if (config.clipping.norm > 0) rows.emplace_back("clip gradient", fmt::format("norm {:g}", config.clipping.norm));
  if (config.clipping.value > 0) rows.emplace_back("clip gradient", fmt::format("value {:g}", config.clipping.value));
  if (options.split.limit > 0) rows.emplace_back("limit", fmt::format("{} pictures per part", options.split.limit));
  if (config.steps_per_epoch > 0) rows.emplace_back("steps per epoch", fmt::format("{}", config.steps_per_epoch));
  if (config.max_steps > 0) rows.emplace_back("steps in all", fmt::format("at most {}", config.max_steps));
  if (config.validate_every > 1) {
    rows.emplace_back("validation", fmt::format("after every {} epochs", config.validate_every));
  }
  if (config.validation_steps > 0) {
    rows.emplace_back("validation", fmt::format("on the first {} batches", config.validation_steps));
  }
  if (config.save_every > 0) rows.emplace_back("snapshots", fmt::format("every {} steps", config.save_every));
  if (config.loss != Loss::kCrossEntropy) rows.emplace_back("loss", loss_text(config));
  if (!options.settings.empty()) {
    rows.emplace_back("settings", options.recipe.empty() ? "of the network's file" : "of " + options.settings);
  }
  if (!options.init.empty()) rows.emplace_back("starts from", options.init);
  if (!options.wrong_by.empty()) rows.emplace_back("only what is wrong by", options.wrong_by);
  if (!config.freeze.empty()) {
    rows.emplace_back("frozen layers",
                      fmt::format("{}{}", fmt::join(config.freeze, ", "),
                                  config.unfreeze_at > 0 ? fmt::format(", before epoch {}", config.unfreeze_at) : ""));
  }
}

}  // namespace

std::vector<std::string> source_notes(const Dataset& data, const TrainingRows& rows) {
  std::vector<std::string> notes;
  for (const auto& [name, counts] : source_counts(data, rows)) notes.push_back(name + ": " + counts);
  return notes;
}

std::string watched(const std::string& monitor, const TrainingRows& rows) {
  return rows.validation.empty() && monitor.starts_with("val_") ? monitor.substr(4) : monitor;
}

std::string banner(const TrainOptions& options, const Network& network, const TrainingRows& rows) {
  const TrainConfig& config = options.config;
  const std::string test =
      rows.test.empty() ? "" : fmt::format(", test {}", part_text(rows.test_name, rows.test.size()));
  return fmt::format("fer-train {}: {}; {}\n{}: train {}, validate {}{}\n{}, batch {}, up to {} epochs -> {}",
                     version(), network_text(network), machine_text(), short_name(options.sources),
                     part_text(rows.train_name, rows.train.size()),
                     part_text(rows.validation_name, rows.validation.size()), test, optimizer_text(config.optimizer),
                     batch_text(config), config.epochs, config.out_dir);
}

std::string teacher_text(const Teacher& teacher) {
  std::string names;
  for (const std::string& path : teacher.models) names += (names.empty() ? "" : ", ") + path;
  return fmt::format("{}: weight {:g}, temperature {:g}, views {}", names, teacher.weight, teacher.temperature,
                     views_name(teacher.views));
}

ReportFacts report_facts(const TrainOptions& options, const Network& network, const Dataset& data,
                         const TrainingRows& rows, const std::string& command) {
  const TrainConfig& config = options.config;
  const EarlyStopping& stopping = config.early_stopping;
  ReportFacts facts;
  facts.folder = config.out_dir;
  facts.title = fmt::format("{} on {}", shown_name(network), short_name(options.sources));
  facts.monitor = config.checkpoint_monitor;
  facts.last_is_kept = config.model == KeptModel::kLast;
  facts.settings = {
      {"network", network_text(network)},
      {"data", options.data},
      {"training", part_text(rows.train_name, rows.train.size())},
      {"validation", part_text(rows.validation_name, rows.validation.size())},
      {"optimizer", optimizer_text(config.optimizer)},
      {"learning rate", schedule_text(config, rows)},
      {"batch size", batch_text(config)},
      {"epochs", fmt::format("up to {}", config.epochs)},
      {"early stopping", stopping.enabled ? fmt::format("after {} epochs without better {}", stopping.patience,
                                                        watched(stopping.monitor, rows))
                                          : "off"},
      facts.last_is_kept ? std::pair<std::string, std::string>{"model", "the last weights"}
                         : std::pair<std::string, std::string>{"best by", watched(config.checkpoint_monitor, rows)},
      {"augmentation", augmentation_text(config.augmentation, config.mixing)},
      {"seed", fmt::format("{}", config.seed)}};
  if (!rows.test.empty()) facts.settings.emplace_back("test", part_text(rows.test_name, rows.test.size()));
  for (const auto& [name, counts] : source_counts(data, rows)) facts.settings.emplace_back("source " + name, counts);
  if (!config.source_weights.empty()) {
    facts.settings.emplace_back("source weights", fmt::format("{}", fmt::join(config.source_weights, ", ")));
  }
  add_extras(options, facts.settings);
  facts.settings.emplace_back("machine", machine_text());
  facts.settings.emplace_back("command", command);
  const int64_t classes = class_count(network);
  for (int64_t c = 0; c < classes; ++c) {
    const bool named = c < static_cast<int64_t>(network.class_names.size());
    facts.class_names.push_back(named ? network.class_names[c] : fmt::format("{}", c));
  }
  facts.class_counts = {{rows.train_name, class_counts(data, rows.train, classes)},
                        {rows.validation_name, class_counts(data, rows.validation, classes)}};
  if (!rows.test.empty()) facts.class_counts.emplace_back(rows.test_name, class_counts(data, rows.test, classes));
  return facts;
}

}  // namespace fer::cli
