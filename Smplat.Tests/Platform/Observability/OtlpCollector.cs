using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Smplat.Tests.Platform.Observability;

/// <summary>A span as received, with the names of OTLP.</summary>
/// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="Status">0 unset, 1 ok, 2 error.</param>
internal sealed record OtlpSpan(
    string Source,
    string TraceId,
    string SpanId,
    string ParentSpanId,
    string Name,
    int Kind,
    int Status,
    string StatusMessage,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Attributes)> Events,
    IReadOnlyList<string> LinkedTraces,
    IReadOnlyDictionary<string, string> Resource)
{
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);
}

/// <param name="Points">The attributes of each data point.</param>
internal sealed record OtlpMetric(string Name, string Unit, IReadOnlyList<IReadOnlyDictionary<string, string>> Points);

/// <summary>
/// A collector that accepts OTLP over HTTP on a free port, and parses the protobuf by its field numbers
/// (opentelemetry-proto 1.x), so that it does not share a mistake with the exporter.
/// </summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _web;

    private OtlpCollector(WebApplication web) => _web = web;

    public ConcurrentQueue<OtlpSpan> Spans { get; } = new();

    public ConcurrentQueue<OtlpMetric> Metrics { get; } = new();

    /// <summary>Path and the header <c>x-tenant</c> of every request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public string Address => _web.Urls.First();

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var web = builder.Build();
        var collector = new OtlpCollector(web);
        web.MapPost("/{**path}", collector.TakeAsync);
        await web.StartAsync();
        return collector;
    }

    /// <summary>Settings that send the telemetry of an app to this collector.</summary>
    public Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var settings = more.ToDictionary(setting => setting.Name, setting => setting.Value);
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address;
        return settings;
    }

    public OtlpSpan[] Trace(string traceId) => [.. Spans.Where(span => span.TraceId == traceId)];

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        Requests.Enqueue($"{request.Path} {request.Headers["x-tenant"]}");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var message = Message.Read(body.ToArray());
        foreach (var resource in message.Children(1))
        {
            var attributes = Attributes(resource.Child(1), 1);
            foreach (var scope in resource.Children(2))
            {
                foreach (var item in scope.Children(2))
                {
                    if (request.Path == "/v1/traces")
                    {
                        Spans.Enqueue(Span(scope.Child(1).Text(1), item, attributes));
                    }
                    else
                    {
                        Metrics.Enqueue(Metric(item));
                    }
                }
            }
        }

        return Results.Ok();
    }

    private static OtlpSpan Span(string source, Message span, IReadOnlyDictionary<string, string> resource) => new(
        source,
        span.Hex(1),
        span.Hex(2),
        span.Hex(4),
        span.Text(5),
        (int)span.Number(6),
        (int)span.Child(15).Number(3),
        span.Child(15).Text(2),
        Attributes(span, 9),
        [.. span.Children(11).Select(item => (item.Text(2), Attributes(item, 3)))],
        [.. span.Children(13).Select(link => link.Hex(1))],
        resource);

    /// <summary>Data of a gauge, a sum or a histogram.</summary>
    private static OtlpMetric Metric(Message metric) => new(
        metric.Text(1),
        metric.Text(3),
        [
            .. metric.Children(5).Concat(metric.Children(7)).SelectMany(data => data.Children(1)).Select(point => Attributes(point, 7)),
            .. metric.Children(9).SelectMany(data => data.Children(1)).Select(point => Attributes(point, 9)),
        ]);

    private static IReadOnlyDictionary<string, string> Attributes(Message owner, int field) =>
        owner.Children(field).ToDictionary(pair => pair.Text(1), pair => Value(pair.Child(2)));

    private static string Value(Message value) => value switch
    {
        _ when value.Has(1) => value.Text(1),
        _ when value.Has(2) => value.Number(2) == 1 ? "true" : "false",
        _ when value.Has(3) => ((long)value.Number(3)).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ when value.Has(4) => BitConverter.UInt64BitsToDouble(value.Number(4)).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => string.Join(',', value.Child(5).Children(1).Select(Value)),
    };

    /// <summary>The fields of one protobuf message, undecoded.</summary>
    private sealed class Message
    {
        private readonly List<(int Field, ulong Number, byte[] Bytes)> _fields = [];

        public static Message Read(byte[] bytes)
        {
            var message = new Message();
            var input = new CodedInputStream(bytes);
            while (input.ReadTag() is var tag and not 0)
            {
                message._fields.Add(WireFormat.GetTagWireType(tag) switch
                {
                    WireFormat.WireType.Varint => (WireFormat.GetTagFieldNumber(tag), input.ReadUInt64(), []),
                    WireFormat.WireType.Fixed64 => (WireFormat.GetTagFieldNumber(tag), input.ReadFixed64(), []),
                    WireFormat.WireType.Fixed32 => (WireFormat.GetTagFieldNumber(tag), input.ReadFixed32(), []),
                    _ => (WireFormat.GetTagFieldNumber(tag), 0UL, input.ReadBytes().ToByteArray()),
                });
            }

            return message;
        }

        public bool Has(int field) => _fields.Any(entry => entry.Field == field);

        public ulong Number(int field) => _fields.LastOrDefault(entry => entry.Field == field).Number;

        public string Text(int field) => System.Text.Encoding.UTF8.GetString(Bytes(field));

        public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

        public Message Child(int field) => Read(Bytes(field));

        public IEnumerable<Message> Children(int field) =>
            _fields.Where(entry => entry.Field == field).Select(entry => Read(entry.Bytes));

        private byte[] Bytes(int field) => _fields.LastOrDefault(entry => entry.Field == field).Bytes ?? [];
    }
}
