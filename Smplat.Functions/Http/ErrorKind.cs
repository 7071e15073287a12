namespace Smplat.Functions.Http;

/// <summary>A refusal or failure of the HTTP layer itself: its status, and its code in the commerce envelope.</summary>
public sealed record ErrorKind(int Status, string Code)
{
    public static readonly ErrorKind InvalidJson = new(400, "INVALID_JSON");
    public static readonly ErrorKind InvalidRequest = new(400, "INVALID_REQUEST");
    public static readonly ErrorKind Unauthorized = new(401, "UNAUTHORIZED");
    public static readonly ErrorKind Forbidden = new(403, "FORBIDDEN");
    public static readonly ErrorKind TooLarge = new(413, "REQUEST_TOO_LARGE");
    public static readonly ErrorKind UnsupportedEncoding = new(415, "UNSUPPORTED_ENCODING");
    public static readonly ErrorKind TooMany = new(429, "RATE_LIMIT_EXCEEDED");
    public static readonly ErrorKind Internal = new(500, "INTERNAL_ERROR");
    public static readonly ErrorKind Interrupted = new(503, "INTERRUPTED");
    public static readonly ErrorKind NotConfigured = new(503, "NOT_CONFIGURED");
    public static readonly ErrorKind StorageUnavailable = new(503, "STORAGE_UNAVAILABLE");
}
