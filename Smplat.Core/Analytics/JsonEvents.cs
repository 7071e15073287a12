using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Smplat.Core.Analytics;

/// <summary>One JSON array with two blanks of indent, or one object a line. Totals are texts, metadata is an object.</summary>
public sealed class JsonEvents : IEventFormat
{
    private const int FlushBytes = 64 * 1024;

    private static ReadOnlySpan<byte> NewLine => "\n"u8;

    private readonly Stream _output;
    private readonly bool _isArray;
    private readonly Utf8JsonWriter _writer;
    private bool _isDisposed;

    public JsonEvents(Stream output, bool isArray)
    {
        _output = output;
        _isArray = isArray;
        _writer = new Utf8JsonWriter(output, new JsonWriterOptions
        {
            Indented = isArray,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
        if (isArray)
        {
            _writer.WriteStartArray();
        }
    }

    public async ValueTask WriteAsync(ExportedEvent row, CancellationToken cancellationToken)
    {
        _writer.WriteStartObject();
        _writer.WriteString("id"u8, row.Id);
        _writer.WriteString("created_at"u8, row.CreatedAt.UtcDateTime.ToString(EventColumns.InstantFormat, CultureInfo.InvariantCulture));
        _writer.WriteString("offer_slug"u8, row.OfferSlug);
        _writer.WriteString("target_slug"u8, row.TargetSlug);
        _writer.WriteString("event_type"u8, row.EventType);
        _writer.WriteString("action"u8, row.Action);
        _writer.WriteString("cart_total"u8, row.CartTotal?.ToString("F2", CultureInfo.InvariantCulture));
        _writer.WriteString("currency"u8, row.Currency);
        _writer.WriteString("order_reference"u8, row.OrderReference);
        _writer.WritePropertyName("metadata"u8);
        if (row.Metadata is null)
        {
            _writer.WriteNullValue();
        }
        else
        {
            using var document = JsonDocument.Parse(row.Metadata);
            document.RootElement.WriteTo(_writer);
        }

        _writer.WriteEndObject();
        if (!_isArray)
        {
            // A line is a document of its own.
            _writer.Flush();
            _output.Write(NewLine);
            _writer.Reset();
        }
        else if (_writer.BytesPending > FlushBytes)
        {
            await _writer.FlushAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (_isArray)
        {
            _writer.WriteEndArray();
            await _writer.FlushAsync();
            _output.Write(NewLine);
        }

        await _writer.DisposeAsync();
        await _output.DisposeAsync();
    }
}
