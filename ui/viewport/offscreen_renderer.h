// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/scene.h"

#include <QImage>
#include <QObject>
#include <QOffscreenSurface>

#include <condition_variable>
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

// A thread with an OpenGL context of its own that draws scenes into a framebuffer object, for
// machines where drawing takes longer than a frame. Latest wins: a scene that was not begun is
// replaced by a newer one. Draws coarsely while the scene moves and sharply when it rests; a sharp
// picture is given up between two bands as soon as there is a newer scene. It runs at a lower
// priority than the optimiser. Signals come from the thread: connect them queued.
class OffscreenRenderer : public QObject {
  Q_OBJECT

 public:
  explicit OffscreenRenderer(QObject* parent = nullptr);  // on the thread of the window
  ~OffscreenRenderer() override;                          // joins after the band under way
  void start();
  void show(const ViewportScene& scene);

 Q_SIGNALS:
  void ready(const portrait::GlReport& report);
  // sharp: nothing better will come for this scene.
  void picture(const QImage& image, bool sharp);
  void failed(const QString& message);

 private:
  void run(std::stop_token stop);
  void serve(std::stop_token stop);

  QOffscreenSurface surface_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<ViewportScene> newest_;
  std::jthread thread_;
};

}  // namespace portrait

Q_DECLARE_METATYPE(portrait::GlReport)
