// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/recovery_card.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPushButton;

namespace portrait {

// What stands in the viewport while there is no head to show: the drop target, a head being made,
// or why nothing can be drawn.
class Placeholder : public QWidget {
  Q_OBJECT

 public:
  enum class Kind { kEmpty, kLoading, kNoOpenGl };

  explicit Placeholder(QWidget* parent = nullptr);
  void show_empty(bool has_sample);
  void show_loading(const QString& activity);
  void show_no_opengl(const QString& why);
  void show_recoveries(const QList<Recovery>& recoveries);  // on the empty page, under the card
  void set_first_start(bool first);  // says on the empty page what this program is going to do
  void set_drop_hover(bool hover);  // something droppable is over the window
  Kind kind() const { return kind_; }

 Q_SIGNALS:
  void open_requested();
  void sample_requested();
  void recovery_chosen(const QString& path);
  void recovery_discarded(const QString& path);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void set_kind(Kind kind);
  QRectF card() const;
  int below_card() const;
  void place();

  Kind kind_ = Kind::kEmpty;
  bool drop_hover_ = false;
  bool first_start_ = false;
  QLabel* title_;
  QLabel* text_;
  QPushButton* open_;
  QPushButton* sample_;
  RecoveryCard* recovery_;
  QLabel* promise_;
  QTimer spin_;
  int spin_degrees_ = 0;
};

}  // namespace portrait
