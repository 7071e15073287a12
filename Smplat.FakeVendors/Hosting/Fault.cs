namespace Smplat.FakeVendors.Hosting;

/// <summary>What a vendor does instead of, or before, its normal answer.</summary>
public abstract record Fault
{
    /// <summary>Answers normally, but late.</summary>
    public sealed record Latency(TimeSpan Delay) : Fault;

    /// <summary>Refuses with 429; without seconds there is no Retry-After header.</summary>
    public sealed record TooManyRequests(int? RetryAfterSeconds = null) : Fault;

    /// <summary>Answers with a status and a body that is no answer to the question.</summary>
    public sealed record Status(int Code, string Body = """{"error":"fault"}""") : Fault;

    /// <summary>200 with JSON that stops in the middle.</summary>
    public sealed record MalformedJson : Fault;

    /// <summary>200 with well-formed JSON of another shape.</summary>
    public sealed record OddJson(string Body = """{"unexpected":[1,"two",null]}""") : Fault;

    /// <summary>The normal answer, a few bytes at a time.</summary>
    public sealed record SlowDrip(int BytesAtATime, TimeSpan Pause) : Fault;

    /// <summary>Closes the connection, before the answer or in its middle.</summary>
    public sealed record ConnectionDrop(bool AfterHeaders = false) : Fault;

    /// <summary>Keeps the connection open and never answers, also when the client has gone.</summary>
    public sealed record Hang : Fault;

    /// <summary>An endless 200: more bytes than any client should take.</summary>
    public sealed record Flood(long Bytes) : Fault;
}
