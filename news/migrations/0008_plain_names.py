"""Rename fields to the names that the code uses; tables, indexes and constraints keep theirs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0007_remove_canaries"),
    ]

    operations = [
        # First the table's name, so that the model's new name leaves it as it is.
        migrations.AlterModelTable(name="report", table="news_report"),
        migrations.RenameModel(old_name="Report", new_name="DuplicateReport"),
        migrations.RenameField(model_name="duplicatereport", old_name="story", new_name="dedup_hash"),
        migrations.RenameField(model_name="item", old_name="story", new_name="dedup_hash"),
        migrations.RenameField(model_name="item", old_name="analysed_at", new_name="appended_at"),
        migrations.RenameField(model_name="itemticker", old_name="gist", new_name="similarity_key"),
        migrations.RenameField(model_name="loghead", old_name="epoch", new_name="generation"),
        migrations.RenameField(model_name="loghead", old_name="floor", new_name="min_seq"),
        migrations.RenameField(model_name="loghead", old_name="reports", new_name="duplicate_reports"),
        migrations.RenameField(model_name="source", old_name="due_at", new_name="next_poll_at"),
        migrations.RenameField(model_name="source", old_name="failures_in_a_row", new_name="consecutive_failures"),
        migrations.RenameField(model_name="source", old_name="position", new_name="file_offsets"),
        # The databases rename the columns of indexes and constraints by themselves; Django's state does not.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name="duplicatereport", name="report_story_once_per_source"),
                migrations.RemoveIndex(model_name="item", name="item_analysed_at_seq"),
                migrations.RemoveIndex(model_name="itemticker", name="itemticker_gist"),
                migrations.AddIndex(
                    model_name="item",
                    index=models.Index(fields=["appended_at", "seq"], name="item_analysed_at_seq"),
                ),
                migrations.AddIndex(
                    model_name="itemticker",
                    index=models.Index(fields=["similarity_key"], name="itemticker_gist"),
                ),
                migrations.AddConstraint(
                    model_name="duplicatereport",
                    constraint=models.UniqueConstraint(
                        fields=["dedup_hash", "source"], name="report_story_once_per_source"
                    ),
                ),
            ],
        ),
    ]
