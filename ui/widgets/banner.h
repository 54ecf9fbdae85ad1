// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFrame>
#include <QTimer>

class QLabel;
class QPushButton;

namespace portrait {

// One message over the viewport. What informs goes by itself; warnings and failures stay until
// they are put away or replaced.
class Banner : public QFrame {
  Q_OBJECT

 public:
  enum class Kind { kInfo, kWarning, kFailure };

  explicit Banner(QWidget* parent = nullptr);
  void say(Kind kind, const QString& text);
  void dismiss();
  QString text() const;
  Kind kind() const { return kind_; }

 Q_SIGNALS:
  void resized();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void show_icon();

  QLabel* icon_;
  QLabel* text_;
  QTimer timer_;
  Kind kind_ = Kind::kInfo;
};

}  // namespace portrait
