namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which host key a caller must show. Smplat checks its own keys, so every function says Anonymous.</summary>
public enum AuthorizationLevel
{
    Anonymous = 0,
    User = 1,
    Function = 2,
    System = 3,
    Admin = 4,
}
