// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QTimer>

namespace portrait {

class MainWindow;

// Waits until the window shows what was asked for at its best quality, writes a picture of it and
// ends the program: 0 when the picture was written, 1 when it was not or the head failed.
class Screenshot : public QObject {
  Q_OBJECT

 public:
  // kPainting: the stage Detail runs and has painted some views.
  enum class When { kOpened, kFirstHead, kPainting, kFinished };

  Screenshot(MainWindow& window, const QString& file, When when);

 Q_SIGNALS:
  void about_to_take();  // drawing and writing the picture holds up the event loop

 private:
  void look();
  bool ready() const;
  void take();

  MainWindow& window_;
  QString file_;
  When when_;
  QTimer timer_;
  bool started_ = false;
};

}  // namespace portrait
