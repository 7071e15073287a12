using System.Globalization;
using System.Text;

namespace Smplat.Core.Analytics;

/// <summary>CSV with a header row; metadata as compact JSON, nulls empty.</summary>
public sealed class CsvEvents : IEventFormat
{
    private readonly StreamWriter _writer;

    public CsvEvents(Stream output)
    {
        _writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 * 1024) { NewLine = "\r\n" };
        _writer.WriteLine(string.Join(',', EventColumns.Names));
    }

    public ValueTask WriteAsync(ExportedEvent row, CancellationToken cancellationToken)
    {
        _writer.Write(row.Id);
        _writer.Write(',');
        _writer.Write(row.CreatedAt.UtcDateTime.ToString(EventColumns.InstantFormat, CultureInfo.InvariantCulture));
        WriteCell(row.OfferSlug);
        WriteCell(row.TargetSlug);
        WriteCell(row.EventType);
        WriteCell(row.Action);
        _writer.Write(',');
        _writer.Write(row.CartTotal?.ToString("F2", CultureInfo.InvariantCulture));
        WriteCell(row.Currency);
        WriteCell(row.OrderReference);
        WriteCell(row.Metadata is null ? null : CompactJson.Of(row.Metadata));
        _writer.WriteLine();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private void WriteCell(string? text)
    {
        _writer.Write(',');
        _writer.Write(SpreadsheetCell.Of(text));
    }
}
