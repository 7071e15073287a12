namespace Azure.Data.Tables;

/// <summary>The answer when the entity asked for is not there.</summary>
internal sealed class AbsentEntity<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value =>
        throw new InvalidOperationException("The entity does not exist: look at HasValue first.");

    public override Response GetRawResponse() => response;
}
