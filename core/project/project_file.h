// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/project/formation_recorder.h"
#include "core/project/photo_facts.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

class Pipeline;

// What a project knows beside the pipeline's own state: where the head came from.
struct ProjectInfo {
  struct Note {
    std::string id;
    std::string text;
    bool warning = false;
    // What `text` was made of (core/photo/finding_texts.h); empty in older projects.
    std::string pattern = {};
    std::vector<std::string> arguments = {};
  };
  std::string photo_name;    // file name
  std::string photo_path;    // where it was when it was opened
  std::string photo_sha256;  // of the file
  Image photo;               // upright, full resolution, RGB; 8 bits a channel in the file
  Camera photo_camera;
  int face = 0;  // the choice it was opened with
  std::vector<FaceFrame> faces;  // left to right
  int face_shown = -1;           // which of them the head is of; -1: not known
  double roll_deg = 0;
  double field_of_view_deg = 0;
  FieldOfViewSource field_of_view_source = FieldOfViewSource::kUnknown;
  double exif_field_of_view_deg = 0;  // 0: EXIF says nothing
  // The cut-out that was found, where the artist painted another; else empty.
  Image found_matte;
  bool matte_from_alpha = false;  // what was found is the file's alpha
  std::vector<Note> notes;  // of the photo coach
  std::string pack_name;
  std::string pack_version;
  std::string pack_hash;
  std::string program_version;  // filled on saving
};

struct LoadedProject {
  std::unique_ptr<Pipeline> pipeline;
  ProjectInfo info;
  FormationRecorder formation;
  LoadedProject();
  LoadedProject(LoadedProject&&) noexcept;
  LoadedProject& operator=(LoadedProject&&) noexcept;
  ~LoadedProject();
};

inline constexpr int kProjectFormat = 1;

// NAME.portrait: one safetensors file. Tensors: photo.full (u8, H x W x 3), photo.crop,
// photo.target, photo.matte, photo.found_matte (where the artist painted another), first.* (T_init,
// decoder, super-resolution), head.* (the same under optimisation), fit.* or another stage's name
// (optimiser, samplers and views of a run under way), all fp32 but detail.occupied (u8: the cells
// with matter in force); artist.ID (u8, S x S x 4), the pictures of locked views, named by the
// SHA-256 of their bytes; formation.* as core/project/formation_file.h has it. Metadata: "format",
// and as JSON "info", "state" (settings, seed, cameras, landmarks, given plan, stages, losses,
// journal) and "formation". Written beside and renamed: what was there before stays when it fails.
// Throws kIo.
void save_project(const std::filesystem::path& path, const Pipeline& pipeline,
                  const ProjectInfo& info, const FormationRecorder& formation = {});

// Checks everything before anything is returned. Throws kNotFound, kBadInput (not a project),
// kUnsupported (a newer format), kCorrupt (names what is missing, malformed or not finite).
LoadedProject load_project(const std::filesystem::path& path);

// Metadata only, quickly: for file dialogs and `portrait info`. The same errors, fewer checks.
struct ProjectSummary {
  ProjectInfo info;  // without the picture
  std::uint64_t seed = 0;
  int steps_taken = 0;
  bool under_way = false;
  std::string state_json;  // all of it, with settings and journal
};
ProjectSummary inspect_project(const std::filesystem::path& path);

}  // namespace portrait
