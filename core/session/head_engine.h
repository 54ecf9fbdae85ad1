// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/session/export_request.h"
#include "core/session/photo_edit.h"
#include "core/session/snapshot.h"
#include "core/session/view_mesh.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace portrait {

// An export under way, of a head frozen when it began. advance() does one short part (a mesh, one
// turntable frame), so that the worker can take steps and serve commands between parts.
class ExportJob {
 public:
  virtual ~ExportJob() = default;
  // True when nothing is left. Throws Error (kIo, ...); what was written before stays.
  virtual bool advance() = 0;
  // Fills what, done, total, files and mesh.
  virtual void describe(ExportStatus& status) const = 0;
};

struct EngineStep {
  bool head_changed = false;
  bool stage_done = false;  // a stage came to its end
  bool finished = false;    // all installed stages are done
};

// What the worker drives: one photo, one head, step by step. All of it runs on one thread. The
// real one is made by make_pipeline_engine(); tests of the worker bring their own.
class HeadEngine {
 public:
  virtual ~HeadEngine() = default;

  // Reads what every photo needs (the model pack). Called once at the start, while the artist
  // still looks for a photo; when it throws, open_photo() tries again.
  virtual void prepare() {}

  // Reads the photo and makes its first head. Strong guarantee: when it throws, the former photo
  // and head stand as before. face: 1 = the leftmost, 0 = the largest. stopped() turning true
  // lets it give up early by throwing.
  virtual void open_photo(const std::filesystem::path& path, int face,
                          const std::function<bool()>& stopped) = 0;
  // The photo that stands, with what the artist says of it, and its first head anew, as if it had
  // been opened so; the project's path stays. Strong guarantee. Throws what open_photo() does,
  // kBadInput (an empty cut-out), kUnsupported (an engine that takes photos as they are).
  virtual void edit_photo(const PhotoEdit& edit, const std::function<bool()>& stopped);
  // The same for a saved project. Returns true when its run can go on (it was interrupted). What
  // an autosave holds is opened as the project that it belongs to, or as none.
  virtual bool open_project(const std::filesystem::path& path) = 0;
  virtual void save_project(const std::filesystem::path& path) = 0;
  // Writes a copy beside the project, or into the folder for heads without one. Returns its path;
  // empty when there is no place for it. A later save_project() removes it.
  virtual std::filesystem::path autosave() = 0;
  // The last autosave is gone: the next one is to look for a place of its own.
  virtual void forget_autosave() = 0;

  virtual void set_settings(std::shared_ptr<const Settings> settings) = 0;
  virtual void set_seed(std::uint64_t seed) = 0;

  // A picture that the artist painted of a viewpoint of the ring (within a tenth of a degree) is
  // its target from now on; and is not any more. Strong guarantee: kNotFound (no such file, no such
  // viewpoint), kBadInput (not square, too small, no picture).
  virtual void lock_view(const Viewpoint& viewpoint, const std::filesystem::path& picture) = 0;
  virtual void unlock_view(const Viewpoint& viewpoint) = 0;
  // Writes a viewpoint's picture to be painted on, a PNG of 512 x 512 pixels over grey: the target
  // where there is one, the artist's own where it is locked, else the head. kIo, kBadUsage.
  virtual void write_view(const Viewpoint& viewpoint, const std::filesystem::path& file) = 0;

  // Makes the stages after the first head ready to step, from the first head.
  virtual void begin_run() = 0;
  // One optimisation step. When it throws, the last good head stays.
  virtual EngineStep step() = 0;
  // The run ends here: closes the running stage.
  virtual void end_run() = 0;
  // The newest bake is of the head as it stands: a moment of its formation, should it be time to
  // keep one.
  virtual void keep_moment(const std::shared_ptr<const BakedVolume>& volume) = 0;
  // Takes the head back to the nearest restart point at or before a moment of its formation, and
  // keeps where it stood. True when its run can go on. Strong guarantee.
  virtual bool return_to(std::uint64_t moment) = 0;

  virtual bool has_head() const = 0;
  // Of the head as it stands. `final`: at full resolution, for a head at rest.
  virtual std::shared_ptr<const BakedVolume> bake(bool final) = 0;
  virtual NeuralFrame render(const Camera& camera, bool resting) = 0;
  // Where frames are made that the viewport projects onto the head, the photo's camera first; none:
  // it shows the volume's own colours.
  virtual std::vector<Camera> surroundings() const { return {}; }
  // The surface that an export would write, without colours. Throws as that does.
  virtual ViewMesh view_mesh() { return {}; }
  virtual RingThumbnail ring_thumbnail(int index) = 0;
  virtual int ring_size() const = 0;
  // Front render against the photo. Costs a frame.
  virtual FrontMeasure measure_front() = 0;
  // Throws kIo when the folder cannot be written, before anything is computed.
  virtual std::unique_ptr<ExportJob> begin_export(const ExportRequest& request) = 0;

  // Photo, stages, losses, times, device, settings, seed, project path. Cheap.
  virtual void describe(Snapshot& snapshot) const = 0;
};

}  // namespace portrait
