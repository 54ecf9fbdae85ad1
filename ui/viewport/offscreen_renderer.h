// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/scene.h"

#include <QImage>
#include <QObject>
#include <QOffscreenSurface>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

namespace portrait {

// What OpenGL this machine has, as found by the render thread.
struct GlReport {
  bool usable = false;
  bool software = false;  // no graphics card: llvmpipe and its kind
  QString renderer;       // GL_RENDERER
  QString failure;        // why it is not usable, for people
};

struct RenderedPicture {
  QImage image;
  bool sharp = false;        // nothing better will come for this scene
  std::uint64_t scene = 0;   // what show() returned for it
};

// A thread with an OpenGL context of its own that draws scenes into a framebuffer object, for
// machines where drawing takes longer than a frame. Latest wins: a scene that was not begun is
// replaced by a newer one. Draws coarsely while the scene moves and sharply when it rests; a sharp
// picture is given up between two bands as soon as there is a newer scene. It runs at a lower
// priority than the optimiser. Signals come from the thread and carry nothing: connect them queued
// and fetch what they announce, so that a window that lags behind gets the newest picture alone.
class OffscreenRenderer : public QObject {
  Q_OBJECT

 public:
  explicit OffscreenRenderer(QObject* parent = nullptr);  // on the thread of the window
  ~OffscreenRenderer() override;                          // joins after the band under way
  void start();
  std::uint64_t show(const ViewportScene& scene);  // returns the scene's number, counting up
  GlReport report() const;                         // after ready() or failed()
  std::optional<RenderedPicture> take_picture();   // the newest, once

 Q_SIGNALS:
  void ready();
  void picture_waiting();
  void failed();  // with the reason in report().failure

 private:
  void run(std::stop_token stop);
  void serve(std::stop_token stop);
  void set_report(const GlReport& report);
  void give(QImage image, bool sharp, std::uint64_t scene);

  QOffscreenSurface surface_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  std::optional<ViewportScene> newest_;
  std::uint64_t newest_number_ = 0;
  std::optional<RenderedPicture> picture_;
  GlReport report_;
  std::jthread thread_;
};

}  // namespace portrait
