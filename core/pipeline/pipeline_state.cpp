// SPDX-License-Identifier: Apache-2.0
// Saving and loading of a pipeline: tensors by name, the rest as JSON.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/camera_json.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/stage.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace portrait {
namespace {

using nlohmann::json;

json frame_to_json(const FieldFrame& frame) {
  json planes = json::array();
  for (const PlaneAxes& axes : frame.planes) planes.push_back({axes.width_axis, axes.height_axis});
  return {
      {"half_extent", frame.half_extent}, {"depth_slices", frame.depth_slices}, {"planes", planes}};
}

FieldFrame frame_from_json(const json& j) {
  FieldFrame frame;
  frame.half_extent = j.at("half_extent").get<double>();
  frame.depth_slices = j.at("depth_slices").get<int>();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto axes = j.at("planes").at(i).get<std::array<int, 2>>();
    check(axes[0] >= 0 && axes[0] < 3 && axes[1] >= 0 && axes[1] < 3 && axes[0] != axes[1],
          ErrorCode::kCorrupt, "Plane {} of the project's field has the axes {} and {}", i, axes[0],
          axes[1]);
    frame.planes[i] = {axes[0], axes[1]};
  }
  return frame;
}

void save_field(const Field& field, const std::string& prefix, TensorMap& tensors) {
  TensorMap own;
  field.save_to(own);
  for (const auto& [name, tensor] : own) tensors[prefix + name] = tensor.detach();
}

TensorMap with_prefix(const TensorMap& tensors, const std::string& prefix) {
  TensorMap own;
  for (const auto& [name, tensor] : tensors) {
    if (name.rfind(prefix, 0) == 0) own[name.substr(prefix.size())] = tensor;
  }
  return own;
}

Field load_field(const TensorMap& tensors, const std::string& prefix, const FieldFrame& frame) {
  const TensorMap own = with_prefix(tensors, prefix);
  check(!own.empty(), ErrorCode::kCorrupt, "The project holds no tensors '{}*'; it is damaged",
        prefix);
  return Field::load(own, frame);
}

Image load_image(const TensorMap& tensors, const std::string& name, int channels) {
  const auto found = tensors.find(name);
  check(found != tensors.end(), ErrorCode::kCorrupt, "The project lacks '{}'; it is damaged", name);
  const Tensor& t = found->second;
  check(t.dim() == 3 && t.size(0) == channels && t.size(1) > 0 && t.size(1) == t.size(2),
        ErrorCode::kCorrupt, "'{}' of the project is not a square picture of {} channels", name,
        channels);
  return image_of_tensor(t, false);
}

constexpr const char* kArtist = "artist.";
constexpr int kMostSteps = 1 << 24;  // of a plan

Tensor tensor_of(const ArtistPicture& picture) {
  return at::tensor(at::ArrayRef<std::uint8_t>(picture.rgba), at::kByte)
      .reshape({picture.size, picture.size, 4});
}

ArtistPictures pictures_of(const TensorMap& tensors) {
  ArtistPictures pictures;
  for (const auto& [name, tensor] : with_prefix(tensors, kArtist)) {
    check(tensor.dim() == 3 && tensor.scalar_type() == at::kByte && tensor.size(2) == 4 &&
              tensor.size(0) == tensor.size(1),
          ErrorCode::kCorrupt, "'{}{}' of the project is not a square 8-bit RGBA picture", kArtist,
          name);
    const Tensor dense = tensor.contiguous();
    const auto* bytes = dense.data_ptr<std::uint8_t>();
    pictures[name] = ArtistPicture::of(static_cast<int>(dense.size(0)),
                                       {bytes, bytes + dense.numel()});
    check(pictures[name]->id == name, ErrorCode::kCorrupt,
          "The picture '{}{}' of the project is damaged", kArtist, name);
  }
  return pictures;
}

json stages_to_json(const std::vector<StageInfo>& stages) {
  json list = json::array();
  for (const StageInfo& stage : stages) {
    list.push_back({{"id", stage.id},
                    {"state", stage_state_name(stage.state)},
                    {"step", stage.step},
                    {"steps", stage.steps},
                    {"seconds", stage.seconds}});
  }
  return list;
}

void stages_from_json(const json& list, std::vector<StageInfo>& stages) {
  constexpr std::array kStates = {
      StageState::kWaiting, StageState::kRunning, StageState::kDone,        StageState::kSkipped,
      StageState::kStopped, StageState::kFailed,  StageState::kNotInstalled};
  for (const json& item : list) {
    for (StageInfo& stage : stages) {
      if (stage.id != item.at("id").get<std::string>()) continue;
      for (const StageState state : kStates) {
        if (item.at("state").get<std::string>() == stage_state_name(state)) stage.state = state;
      }
      stage.step = item.at("step").get<int>();
      stage.steps = item.at("steps").get<int>();
      stage.seconds = item.at("seconds").get<double>();
    }
  }
}

}  // namespace

std::set<std::string> Pipeline::named_pictures() const {
  std::set<std::string> named;
  for (const ViewLock& lock : locks_) named.insert(lock.picture->id);
  for (const JournalEntry& entry : journal_) {
    if (entry.command == "lock") named.insert(entry.argument.at("picture").get<std::string>());
    if (!entry.argument.contains("locks")) continue;
    for (const json& lock : entry.argument["locks"]) {
      named.insert(lock.at("picture").get<std::string>());
    }
  }
  return named;
}

void Pipeline::save_to(TensorMap& tensors, json& state) const {
  for (const std::string& id : named_pictures()) {
    tensors[kArtist + id] = tensor_of(*pictures_.at(id));
  }
  const bool goes_on = running_ && under_way_;
  const int parts = goes_on ? running_->parts_done() : std::max(noted_from_ - steps_taken_, 0);
  tensors["photo.crop"] = tensor_of_image(photo_.crop);
  tensors["photo.target"] = tensor_of_image(photo_.target);
  tensors["photo.matte"] = tensor_of_image(photo_.matte);
  save_field(first_, "first.", tensors);
  save_field(head_, "head.", tensors);
  state = {{"camera", camera_to_json(photo_.camera)},
           {"background", photo_.background},
           {"frame", frame_to_json(first_.frame)},
           {"colour_low", first_.decoder.colour_low},
           {"colour_high", first_.decoder.colour_high},
           {"settings", settings_->to_json()},
           {"seed", seed_},
           {"run_seed", run_seed_},
           {"under_way", under_way_},
           // A stage whose steps have parts goes on from the last whole one.
           {"steps_taken", steps_taken_ - (goes_on ? parts : 0)},
           {"parts", parts},
           {"stage", stage_},
           {"stages", stages_to_json(stages_)},
           {"losses", history_.to_json()},
           {"journal", journal_to_json(journal_)}};
  if (!photo_.landmarks.empty()) state["landmarks"] = landmarks_to_json(photo_.landmarks);
  if (given_plan_ > 0) state["given_plan"] = given_plan_;
  if (!locks_.empty()) state["locks"] = locks_to_json(locks_);
  if (!under_way_ || stages_[std::size_t(stage_)].state != StageState::kRunning) return;
  if (running_) {
    running_->save_to(tensors, state["running"]);
  } else if (saved_state_) {
    tensors.insert(saved_.begin(), saved_.end());
    state["running"] = *saved_state_;
  }
}

Pipeline Pipeline::load(const TensorMap& tensors, const json& state) {
  Pipeline pipeline{Blank{}};
  try {
    pipeline.photo_.crop = load_image(tensors, "photo.crop", 3);
    pipeline.photo_.target = load_image(tensors, "photo.target", 3);
    pipeline.photo_.matte = load_image(tensors, "photo.matte", 1);
    pipeline.photo_.camera = camera_from_json(state.at("camera"));
    pipeline.photo_.background = state.at("background").get<float>();
    // Projects of the first versions have none.
    if (state.contains("landmarks")) {
      pipeline.photo_.landmarks = landmarks_from_json(state.at("landmarks"));
    }
    const FieldFrame frame = frame_from_json(state.at("frame"));
    pipeline.first_ = load_field(tensors, "first.", frame);
    pipeline.head_ = load_field(tensors, "head.", frame);
    for (Field* field : {&pipeline.first_, &pipeline.head_}) {
      field->decoder.colour_low = state.at("colour_low").get<double>();
      field->decoder.colour_high = state.at("colour_high").get<double>();
    }
    pipeline.give_surfaces();
    auto settings = std::make_shared<Settings>();
    settings->apply(state.at("settings"));
    pipeline.settings_ = std::move(settings);
    pipeline.seed_ = state.at("seed").get<std::uint64_t>();
    pipeline.run_seed_ = state.at("run_seed").get<std::uint64_t>();
    pipeline.under_way_ = state.at("under_way").get<bool>();
    if (state.contains("given_plan")) {
      const json& plan = state.at("given_plan");
      check(plan.is_number_integer() && plan > 0 && plan <= kMostSteps, ErrorCode::kCorrupt,
            "The project's plan of {} steps is none", plan.dump());
      pipeline.given_plan_ = plan.get<int>();
    }
    pipeline.steps_taken_ = state.at("steps_taken").get<int>();
    pipeline.noted_from_ = pipeline.steps_taken_ + state.value("parts", 0);
    stages_from_json(state.at("stages"), pipeline.stages_);
    pipeline.stage_ = state.at("stage").get<int>();
    check(pipeline.stage_ >= 0 && pipeline.stage_ < static_cast<int>(pipeline.stages_.size()),
          ErrorCode::kCorrupt, "The project names stage {}, which does not exist", pipeline.stage_);
    // Projects of the first versions have none.
    if (state.contains("losses")) pipeline.history_ = LossHistory::from_json(state.at("losses"));
    pipeline.journal_ = journal_from_json(state.at("journal"));
    pipeline.pictures_ = pictures_of(tensors);
    if (state.contains("locks")) {
      pipeline.locks_ = locks_from_json(state.at("locks"), pipeline.pictures_);
    }
    // "photo_fit": as the first versions called the only stage that they had.
    const char* running = state.contains("photo_fit") ? "photo_fit" : "running";
    if (state.contains(running)) {
      pipeline.saved_state_ = std::make_shared<const json>(state.at(running));
      for (const auto& [name, tensor] : tensors) {
        for (const char* prefix : {"fit.", "geometry.", "detail."}) {
          if (name.rfind(prefix, 0) == 0) pipeline.saved_[name] = tensor;
        }
      }
      // A stage that needs no networks is checked now; the others when they are gone on with.
      if (pipeline.stages_[std::size_t(pipeline.stage_)].id == "photo_fit") {
        pipeline.start(pipeline.stage_);
      }
    }
  } catch (const json::exception& e) {
    fail(ErrorCode::kCorrupt, "The project's state is damaged: {}", e.what());
  }
  return pipeline;
}

}  // namespace portrait
