// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QStringList>
#include <QVariantAnimation>
#include <QWidget>

class QMenuBar;
class QPainter;

namespace portrait {

// All keys and what the mouse does, laid over the viewport until Escape, H or a click. It reads the
// keys from the menus, so that what it says is what they do.
class CheatSheet : public QWidget {
  Q_OBJECT

 public:
  // Of an action: its name here, where the menu's changes, and a key that is no shortcut.
  static constexpr const char* kText = "cheat_sheet_text";
  static constexpr const char* kMoreKeys = "cheat_sheet_keys";

  struct Row {
    QList<QStringList> keys;  // one way or another, each of keys pressed together
    QString text;
  };
  struct Section {
    QString title;
    QList<Row> rows;
  };
  // A separator with a text begins a section in its menu.
  static QList<Section> sections_of(const QMenuBar& menus);

  CheatSheet(const QMenuBar& menus, QWidget* over);
  void toggle();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;

 private:
  using Column = QList<Section>;
  QList<Column> columns_for(double width) const;
  void paint_column(QPainter& painter, const Column& column, QPointF at) const;

  const QMenuBar& menus_;
  QList<Section> sections_;
  QVariantAnimation fade_;
};

}  // namespace portrait
