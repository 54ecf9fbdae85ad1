// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/pipeline/front_measure.h"
#include "core/pipeline/stage_info.h"
#include "core/project/formation.h"
#include "core/project/photo_facts.h"
#include "core/session/projected_view.h"
#include "core/session/session_state.h"
#include "core/session/view_mesh.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

class Settings;      // core/base/settings.h
struct BakedVolume;  // core/field/baked_volume.h

// One finding of the photo coach: what it is and what it means for the head.
struct PhotoNote {
  std::string id;    // fixed, e.g. "small_face"
  std::string text;  // for people
  bool warning = false;
  // What the text was made of: its places %1, %2 and what stands there; empty: the text is all.
  std::string pattern = {};
  std::vector<std::string> arguments = {};
};

// The photo as it was taken in. Made once per photo and shared by all later snapshots.
struct PhotoInfo {
  std::filesystem::path path;
  int photo_width = 0;  // of the file, in pixels
  int photo_height = 0;
  Image crop;           // 512 x 512, RGB, sRGB-encoded: the canonical crop as `camera` sees it
  Image matte;          // 512 x 512, one channel, 1 = the head
  Camera camera;        // the crop's camera in the field's frame
  Viewpoint viewpoint;  // where that camera stands
  double roll_deg = 0;
  double field_of_view_deg = 0;
  FieldOfViewSource field_of_view_source = FieldOfViewSource::kUnknown;
  Image found_matte;  // 512 x 512, the cut-out before the artist painted another; else empty
  Image overview;     // the whole photo, RGB, at most 520 px; empty where it is not known
  std::array<std::array<double, 2>, 4> crop_corners{};  // of the crop, in shares of the photo's size
  std::vector<FaceFrame> faces;                         // left to right
  int face = -1;  // which of them the head is of; -1: not known
  std::vector<PhotoNote> notes;

  // The artist said something of it that the file does not tell again.
  bool is_edited() const {
    return !found_matte.empty() || field_of_view_source == FieldOfViewSource::kTold;
  }
};

// The renderer's and super-resolution's picture of the head: what the method itself sees.
struct NeuralFrame {
  Camera camera;
  Image rgba;   // RGB sRGB-encoded, alpha = opacity, not premultiplied; 512 x 512 when resting
  Image depth;  // one channel: distance along the unit ray, in field units; 0 where empty
  bool resting = false;            // false: a quick one while the camera moves
  std::uint64_t version = 0;       // grows with every frame
  std::uint64_t head_version = 0;  // the head it shows, comparable with Snapshot::volume_version
};

// A small picture of one viewpoint of the ring.
struct RingThumbnail {
  Viewpoint viewpoint;
  Image rgba;  // 64 to 128 pixels square
};

// (16), (17) for one painting of a view.
struct NoiseScore {
  int painting = 0;      // of the view, from 1 on
  double resampled = 0;  // S_D
  double kept = 0;       // S_P
  bool accepted = false;
};

// A viewpoint of the detail stage as it was painted last; pictures are empty before that.
struct RefinedView {
  Viewpoint viewpoint;
  int painted = 0;  // how often
  int looks = 0;    // grows whenever its pictures are others
  bool locked = false;  // the target is the artist's, and was not painted; no reference, no scores
  int driver = -1;  // the viewpoint that drives it; -1: the photo
  Image target;     // what was painted, and stays until something better is: RGB, at most 256 px
  // 128 px or less:
  Image render;        // RGB, the head that it was painted over
  Image reference;     // RGB, what was carried over from the driving view
  Image known;         // one channel: where that says something; the void mask is 1 - known
  Image anchor_noise;  // RGB, three channels of the anchor noise about middle grey
  // MV-NRS (16), (17): of the iterations that judged, how many accepted; and of the last one.
  int judged = 0;
  int accepted = 0;
  bool accepted_last = false;
  double score_resampled = 0;  // S_D
  double score_kept = 0;       // S_P
  int anchor_age = 0;          // iterations since the anchor changed
  // Of every painting that was judged since the photo or project was opened; null before one was.
  std::shared_ptr<const std::vector<NoiseScore>> scores;
  double loss = 0;             // L_I of what was applied
  double gradient_norm = 0;    // of that
};

// A viewpoint whose target is the artist's picture. Also while the ring has no such viewpoint: then
// it acts on nothing.
struct LockedView {
  Viewpoint viewpoint;
  std::string name;     // of its file
  std::string picture;  // which one: another text for another picture
  Image rgba;           // at most 256 px; transparent where it asks nothing
};

// The viewpoint's picture that was exported last.
struct ViewFile {
  std::uint64_t id = 0;  // grows with every one that was asked for
  Viewpoint viewpoint;
  std::filesystem::path path;
  bool written = false;
};

// What the model pack's HPDM was trained with; all false when it has none.
struct HpdmBranches {
  bool explicit_branch = false;  // (9)
  bool implicit_branch = false;  // (10)
  bool geometry_prior = false;   // (11)
  bool reads_text = false;       // the pack is told what to paint in words, not by the photo
};

struct ExportedFile {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

// What an artist asks of a mesh that was written; the rest is in mesh_report.json.
struct ExportedMesh {
  std::int64_t triangles = 0;  // 0: none was written
  bool watertight = false;
  double height_mm = 0;
  int texture_px = 0;                 // 0: vertex colours
  double photo_pixels_per_texel = 0;  // on the face; below 1 the texture is finer than the photo
};

struct ExportStatus {
  enum class State { kNone, kRunning, kDone, kFailed, kCancelled };
  State state = State::kNone;
  std::uint64_t id = 0;  // grows with every request
  std::string what;      // "Turntable", for people
  int done = 0;          // of `total` equal parts
  int total = 0;
  std::vector<ExportedFile> files;  // written so far
  ExportedMesh mesh;
  std::string error;
};

struct SaveStatus {
  enum class State { kNone, kSaved, kFailed };
  State state = State::kNone;
  std::uint64_t id = 0;  // grows with every one that was tried
  std::filesystem::path path;
  int step = 0;  // steps of the running stage that it holds
  std::chrono::system_clock::time_point at{};  // when it was last written
  std::string error;
};

// Something the artist should read once. `id` grows, so that a message is shown only once though
// it stays in later snapshots.
struct SessionMessage {
  enum class Kind { kInfo, kWarning, kError };
  Kind kind = Kind::kInfo;
  std::uint64_t id = 0;
  std::string text;
};

// Everything the window knows of the worker, at one moment between two steps. Immutable, cheap to
// copy: what is large is shared. Snapshots are latest-wins: some are never seen.
struct Snapshot {
  std::uint64_t sequence = 0;  // grows with every snapshot of a session
  SessionState state = SessionState::kEmpty;
  bool opening = false;  // a photo or project is being read; says so beside any state
  std::string activity;  // what the worker does right now, for people ("Fitting the photo")

  std::string error;                     // why the state is kFailed; empty otherwise
  std::vector<SessionMessage> messages;  // newest last, the last 16

  std::shared_ptr<const PhotoInfo> photo;
  std::filesystem::path project_path;  // empty until saved or opened
  bool unsaved = false;    // steps were taken that neither a save nor a project holds
  bool edited = false;     // the photo was: what neither a save nor a project holds of that
  bool recovered = false;  // the head comes from an autosave, and was not saved since

  std::vector<StageInfo> stages;
  int stage = -1;  // index of the running (or last run) one; -1 = none yet
  std::vector<std::pair<std::string, double>> losses;  // of the last step, "total" first
  std::shared_ptr<const std::vector<LossSeries>> loss_history;  // of all stages
  std::shared_ptr<const Formation> formation;                   // null before a first head
  FrontMeasure front;  // of the finished head

  double elapsed_s = 0;     // computing time of this head, without pauses
  double time_left_s = -1;  // -1 = not known
  double seconds_per_step = 0;
  double first_head_s = 0;  // from the open command to the first head; 0 = none yet
  double memory_mb = 0;     // resident
  std::string device;       // "CPU (AMD EPYC ...)"
  int threads = 0;
  HpdmBranches hpdm;
  std::uint64_t seed = 0;
  std::shared_ptr<const Settings> settings;  // in force at this step

  std::shared_ptr<const BakedVolume> volume;
  std::uint64_t volume_version = 0;  // 0 = no head yet
  std::shared_ptr<const NeuralFrame> frame;
  // Made where somebody looks: frames round the head to project onto it, each with the version of
  // the head that it shows; null before the first.
  std::shared_ptr<const ProjectedViews> views;
  // Of a head at rest, when it was asked for; may be of an older head. Empty: there is no surface.
  std::shared_ptr<const ViewMesh> mesh;
  std::shared_ptr<const std::vector<RingThumbnail>> ring;
  // Of the detail stage, in the order of its viewpoints; null before its first painting.
  std::shared_ptr<const std::vector<RefinedView>> refined;
  std::shared_ptr<const std::vector<LockedView>> locks;  // null: none
  ViewFile view_file;

  ExportStatus exporting;
  SaveStatus saved;  // the last explicit save
  SaveStatus autosave;

  bool has_head() const { return volume_version != 0; }
};

inline bool can_start(const Snapshot& s) {
  return !s.opening && can_start(s.state);
}
inline bool can_pause(const Snapshot& s) {
  return can_pause(s.state);
}
inline bool can_resume(const Snapshot& s) {
  return can_resume(s.state);
}
inline bool can_step(const Snapshot& s) {
  return !s.opening && can_step(s.state);
}
inline bool can_stop(const Snapshot& s) {
  return can_stop(s.state);
}
inline bool can_open(const Snapshot& s) {
  return !s.opening && can_open(s.state);
}
inline bool can_save(const Snapshot& s) {
  return can_save(s.state, s.has_head());
}
inline bool can_return(const Snapshot& s) {
  return !s.opening && s.has_head() && s.state != SessionState::kStopping && s.formation != nullptr;
}
// As can_change_settings(), of a head that stands.
inline bool can_lock(const Snapshot& s) {
  return !s.opening && s.has_head() && can_change_settings(s.state);
}
inline bool can_export(const Snapshot& s) {
  return can_export(s.state, s.has_head()) && s.exporting.state != ExportStatus::State::kRunning;
}
inline bool can_cancel_export(const Snapshot& s) {
  return s.exporting.state == ExportStatus::State::kRunning;
}

}  // namespace portrait
